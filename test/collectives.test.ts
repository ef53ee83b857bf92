/** One suite for all transports of the collectives: values, gradients, ranks that disagree, ranks that die. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCollectivesLibrary } from '../src/native/collectivesLibrary.ts';
import { findRuntime } from '../src/native/runtime/findRuntime.ts';
import { runRanks } from './support/ring.ts';

const rankFile = new URL('./support/conformanceRank.ts', import.meta.url);
const timeout = 120_000;
const transports = ['shared-memory', 'gloo', 'ring'] as const;

function skip(transport: string): string | false {
  if (findRuntime() === undefined) return "TensorFlow's library is not on this machine";
  return (
    transport !== 'ring' && findCollectivesLibrary() === undefined && 'the library of collectives was not built here'
  );
}

for (const transport of transports) {
  const env = { TEST_COMMUNICATION: transport, TFJS_DISTRIBUTE_THREADS: '1', TFJS_DISTRIBUTE_SHARED_MEMORY: 'on' };

  for (const size of [2, 3, 5]) {
    const name = `${transport}, ${size} workers: every collective, dtype and shape, traced and eager, and gradients`;
    test(name, { timeout, skip: skip(transport) }, async ({ signal }) => {
      const reports = await runRanks(rankFile, 'values', size, signal, env);
      for (const report of reports) {
        assert.deepEqual(report['wrong'], []);
        assert.equal(report['transport'], transport);
        assert.ok(Number(report['numCases']) > 250, `${String(report['numCases'])} cases`);
        assert.equal(report['withoutGradient'], 'TFD_COLLECTIVE_GRADIENT');
        assert.equal(report['blocking'], 'TFD_COLLECTIVE_EAGER');
        assert.equal(report['uneven'], 'TFD_COLLECTIVE_SHAPE');
        assert.equal(report['truth'], 'TFD_COLLECTIVE_REDUCTION');
        assert.equal(report['root'], 'TFD_COLLECTIVE_ROOT');
      }
    });
  }

  // TensorFlow's ring does not tell all ranks that they disagree; a worker that dies there is in workers.test.ts.
  if (transport === 'ring') continue;

  test(
    `${transport}: workers that disagree are all told so within seconds`,
    { timeout, skip: skip(transport) },
    async (t) => {
      const reports = await runRanks(rankFile, 'disagreeing', 3, t.signal, env);
      const names = Object.keys(reports[0] ?? {});
      assert.equal(names.length, 16);
      for (const [rank, report] of reports.entries()) {
        for (const name of names) {
          const { code, message, afterMs } = report[name] as Failure & { afterMs: number };
          assert.equal(code, 'TFD_RANKS_DISAGREE', `${name} on rank ${rank}: ${message}`);
          assert.ok(afterMs < 5000, `${name} on rank ${rank}: after ${afterMs} ms`);
        }
      }
    },
  );

  test(
    `${transport}: a killed worker ends every collective of the others`,
    { timeout, skip: skip(transport) },
    async (t) => {
      const numCollectives = 6;
      const reports = await runRanks(rankFile, 'dying', 2 + numCollectives, t.signal, env);
      for (const report of reports.slice(0, 2)) {
        const failures = Object.entries(report) as [string, Failure & { noticedAt: number }][];
        assert.equal(failures.length, numCollectives);
        for (const [i, [method, { kind, message, noticedAt }]] of failures.entries()) {
          assert.equal(kind, 'PeerError', `${method}: ${message}`);
          const afterMs = noticedAt - Number(reports[2 + i]?.['diedAt']);
          assert.ok(afterMs < 5000, `${method}: after ${afterMs} ms`);
        }
      }
    },
  );
}

interface Failure {
  readonly kind: string;
  readonly code: string;
  readonly message: string;
}
