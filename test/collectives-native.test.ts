/** The native library of collectives: real processes, real sockets, ops inside traced functions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCollectivesLibrary } from '../src/native/collectivesLibrary.ts';
import { findRuntime } from '../src/native/runtime/findRuntime.ts';
import { codecs, type DtypeName } from './support/dtypeCodecs.ts';
import { runRanks, type statsOf } from './support/ring.ts';

const rankFile = new URL('./support/collectivesRank.ts', import.meta.url);
const runtime = findRuntime();
const skip =
  runtime === undefined
    ? "TensorFlow's library is not on this machine"
    : findCollectivesLibrary() === undefined && 'the library of collectives was not built here';
const options = { timeout: 60_000, skip };

/** With memory that the processes share, and without: over the connections alone, as between machines. */
const environments = ['on', 'off'].map((memory) => ({ memory, env: { TFJS_DISTRIBUTE_SHARED_MEMORY: memory } }));

for (const { size, memory, env } of [2, 3].flatMap((size) => environments.map((rest) => ({ size, ...rest })))) {
  const name = `every op, dtype and reduction is right among ${size} processes, shared memory ${memory}`;
  test(name, options, async ({ signal }) => {
    const reports = await runRanks(rankFile, 'results', size, signal, env);
    const first = reports[0] ?? {};
    for (const [rank, report] of reports.entries()) {
      for (const dtype of Object.keys(codecs) as DtypeName[]) {
        assert.deepEqual(report[dtype], first[dtype], `${dtype}: all ranks have the same bits`);
        assertReduced(dtype, size, report[dtype] as number[][]);
      }
      assert.deepEqual(report['shapes'], [[-1, 3], [100_003], [-1], [2, 3], [2 * size]]);
      const gathered = Array.from({ length: 6 * size }, (_, i) => 10 * Math.floor(i / 6) + (i % 6));
      assert.deepEqual(report['gathered'], gathered);
      assert.equal(report['meanIsRight'], true);
      const part = [2 * rank, 2 * rank + 1].map((i) => (i === 1 ? 'NaN' : String(i + (size - 1) / 2)));
      assert.deepEqual(report['scattered'], part, 'a NaN of one rank reaches the mean');
      assert.deepEqual(report['sent'], [10, 11, 12, 13, 14, 15], 'what rank 1 had');
      const largest = Array.from({ length: 2 * size }, (_, i) => (i === 1 ? 'NaN' : String(i + size - 1)));
      assert.deepEqual(report['largest'], largest, 'a NaN of one rank reaches the maximum');
      const stats = report['stats'] as ReturnType<typeof statsOf>;
      assert.equal(stats.numCollectives, 6 * 8 + 6);
      assert.ok(stats.numBytes > 800_000 && stats.nanoseconds > 0);
      assert.equal(stats.sharesMemory, memory === 'on');
    }
  });
}

/** The reductions of what `reduceEveryWay` feeds, up to the rounding of the dtype. */
function assertReduced(dtype: DtypeName, size: number, received: number[][]): void {
  const ranks = Array.from({ length: size }, (_, rank) => rank);
  const x = ranks.map((rank) => [rank + 1, -3 * rank, 5, 2048 + 2 * rank]);
  const y = ranks.map((rank) => [256 + rank, 7 - rank]);
  const isInteger = dtype === 'int32' || dtype === 'int64';
  const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
  const mean = (values: number[]): number => (isInteger ? Math.trunc(sum(values) / size) : sum(values) / size);
  const reductions = [sum, mean, (values: number[]) => Math.min(...values), (values: number[]) => Math.max(...values)];
  const relativeError = { float: 1e-6, double: 1e-12, int32: 0, int64: 0, half: 2 ** -10, bfloat16: 2 ** -7 }[dtype];
  const expected = reductions.flatMap((reduce) => {
    const [ofX, ofY] = [x, y].map((perRank) =>
      (perRank[0] ?? []).map((_, i) => reduce(perRank.map((row) => row[i] ?? 0))),
    );
    return [ofX, ofX, ofY].map((row) => row ?? []);
  });
  assert.equal(received.length, expected.length);
  for (const [i, row] of expected.entries()) {
    const got = received[i] ?? [];
    assert.equal(got.length, row.length);
    for (const [j, value] of row.entries()) {
      const difference = Math.abs((got[j] ?? NaN) - value);
      assert.ok(
        difference <= relativeError * Math.abs(value),
        `${dtype}, output ${i}: ${got.join()}, not ${row.join()}`,
      );
    }
  }
}

for (const { memory, env } of environments) {
  const name = `wrong numbers, lost communicators and ranks that disagree are errors, shared memory ${memory}`;
  test(name, options, async ({ signal }) => {
    for (const [rank, report] of (await runRanks(rankFile, 'failures', 3, signal, env)).entries()) {
      assert.match(String(report['unknown']), /^code 3: .*no communicator has the number 999/);
      assert.match(String(report['freed']), /^code 3: .*no communicator has the number/);
      assert.match(String(report['freedTwice']), /^argument: no communicator/);
      assert.match(
        String(report['aborted']),
        rank === 0 ? /^code 10: .*rank 0 of 3 ended/ : /^code 10: .*ended: rank 0 is silent/,
      );
      if (rank !== 0) assert.ok(Number(report['endedAfterMs']) < 150, 'an abort ends a blocked collective at once');
      assert.match(
        String(report['uneven']),
        /^code 3: .*The ranks disagree: rank \d calls all-reduce \(sum\) of float32 \[\d\], and rank \d/,
      );
      assert.match(String(report['connecting']), /^unavailable: .*(the peer is gone|refused|closed|reset)/);
      assert.match(String(report['wrongLength']), /^argument: connect needs the addresses of all 2 ranks/);
    }
  });
}

test("a collective that waits holds none of TensorFlow's threads", options, async ({ signal }) => {
  const [report] = await runRanks(rankFile, 'waiting', 2, signal);
  assert.ok(Number(report?.['computeMs']) < 300, `another function took ${String(report?.['computeMs'])} ms meanwhile`);
});

for (const { memory, env } of environments) {
  const name = `a killed peer is noticed by all others within a second, and they go on without it, shared memory ${memory}`;
  test(name, options, async ({ signal }) => {
    const reports = await runRanks(rankFile, 'killed', 4, signal, env);
    const diedAt = Number(reports[3]?.['diedAt']);
    for (const report of reports.slice(0, 3)) {
      assert.match(String(report['failure']), /^code 10: .*ended: /);
      assert.ok(Number(report['noticedAt']) - diedAt < 1000);
      assert.match(String(report['later']), /^code 10: .*ended: /, 'the lost communicator stays lost');
      assert.equal(report['afterwards'], 1 + 2 + 3);
    }
  });
}

test('two hundred rings leave threads, files and memory as they were', options, async ({ signal }) => {
  for (const report of await runRanks(rankFile, 'reforming', 2, signal)) {
    const [before, after] = [report['before'], report['after']] as [Footprint, Footprint];
    assert.deepEqual(report['sums'], [3]);
    assert.ok(after.threads <= before.threads, `${before.threads} threads became ${after.threads}`);
    assert.ok(after.files <= before.files, `${before.files} files became ${after.files}`);
    assert.deepEqual([before.segments, after.segments], [0, 0], 'no segment stays mapped');
    assert.ok(after.rssBytes - before.rssBytes < 20e6, `memory grew by ${after.rssBytes - before.rssBytes} bytes`);
  }
});

interface Footprint {
  readonly rssBytes: number;
  readonly threads: number;
  readonly files: number;
  readonly segments: number;
}
