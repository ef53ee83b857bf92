/** All-reduces through the memory that processes of one machine share: values, fallbacks, ranks that disagree. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCollectivesLibrary } from '../src/native/collectivesLibrary.ts';
import { findRuntime } from '../src/native/runtime/findRuntime.ts';
import { codecs } from './support/dtypeCodecs.ts';
import { runRanks } from './support/ring.ts';

const rankFile = new URL('./support/sharedMemoryRank.ts', import.meta.url);
const skip =
  findRuntime() === undefined
    ? "TensorFlow's library is not on this machine"
    : findCollectivesLibrary() === undefined && 'the library of collectives was not built here';
const options = { timeout: 60_000, skip };

for (const [size, memory] of [
  [1, 'on'],
  [2, 'on'],
  [3, 'on'],
  [5, 'on'],
  [3, 'off'],
] as const) {
  test(`buckets of ${size} ranks are right with shared memory ${memory}`, options, async ({ signal }) => {
    const env = { TFJS_DISTRIBUTE_SHARED_MEMORY: memory };
    const reports = await runRanks(rankFile, 'buckets', size, signal, env);
    for (const report of reports) {
      assert.equal(report['sharesMemory'], memory === 'on' && size > 1);
      for (const dtype of Object.keys(codecs)) {
        assert.deepEqual((report[dtype] as { wrong: string[] }).wrong, [], dtype);
        assert.deepEqual(report[dtype], reports[0]?.[dtype], `${dtype}: all ranks have the same bits`);
      }
    }
  });
}

test('where one rank cannot share its memory, none does', options, async ({ signal }) => {
  for (const report of await runRanks(rankFile, 'mixed', 3, signal, { TFJS_DISTRIBUTE_SHARED_MEMORY: 'on' })) {
    assert.deepEqual(report, { oneOff: [6, false], stranger: [6, false], usual: [6, true] });
  }
});

test('ranks that disagree are told so at once, by shared memory', options, async ({ signal }) => {
  const reports = await runRanks(rankFile, 'disagreeing', 3, signal, { TFJS_DISTRIBUTE_SHARED_MEMORY: 'on' });
  for (const variant of ['small', 'large', 'smallAndLarge', 'dtype', 'reduction', 'tag']) {
    const failures = reports.map((report) => report[variant] as Failure);
    for (const { failure, afterMs } of failures) {
      assert.match(
        failure,
        /^code 3: .*The ranks disagree: rank \d calls all-reduce .* and rank \d calls all-reduce/,
        variant,
      );
      assert.ok(afterMs < 5000, `${variant}: noticed after ${afterMs} ms, not by the time-out`);
    }
  }
});

interface Failure {
  readonly failure: string;
  readonly afterMs: number;
}
