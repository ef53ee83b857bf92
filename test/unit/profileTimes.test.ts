/** The times of operations in a profile are those that Python's profile plugin reads in it (`tools/golden/profile.py`). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decode, XSpaceSchema } from '../../src/native/protos/index.ts';
import { operationTimes } from '../../src/profiler/operationTimes.ts';
import { tracksOf } from '../../src/profiler/spans.ts';

const golden = (name: string): Buffer => readFileSync(new URL(`../golden/${name}`, import.meta.url));

test('the total time of each kind of operation', { timeout: 10_000 }, () => {
  const { totalUs } = JSON.parse(golden('profile.json').toString()) as { totalUs: Record<string, number> };
  const times = operationTimes(tracksOf(decode(XSpaceSchema, golden('profile.xplane.pb'))), 'operation');
  assert.deepEqual(new Set(times.map(({ name }) => name)), new Set(Object.keys(totalUs)));
  for (const { name, totalMs } of times) {
    const expected = totalUs[name] ?? Number.NaN;
    assert(Math.abs(totalMs * 1000 - expected) < 0.001, `${name}: ${totalMs * 1000} µs, not ${expected}`);
  }
  assert.equal(times.find(({ name }) => name === '_MklMatMul')?.numCalls, 6);
});
