/** TF.js's own test suite on this package's backend: every spec passes, save for a list with a reason each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exclusions, exclusionsWhileTraced, type Exclusion } from './suite/exclusions.ts';
import { judge } from './suite/judge.ts';
import { runSuite, type SpecResult } from './suite/runSuite.ts';

/** In `@tensorflow/tfjs-core` 4.22.0, of which TF.js has switched off 5. */
const numSpecs = 4230;
const numSwitchedOff = 5;
const maxExcludedShare = 0.01;

for (const [how, traced, list] of [
  ['now', false, exclusions],
  ['with each kernel in a compiled function', true, exclusionsWhileTraced],
] as const) {
  test(`the specs of TF.js, ${how}`, { timeout: 200_000 }, async (t) => {
    const { results, code, output } = await runSuite({ timeoutMs: 180_000, traced });
    const { numPassed, numExcluded, numPending, problems } = judge(results, list);
    t.diagnostic(
      `${results.length} specs: ${numPassed} passed, ${numExcluded} excluded, ${numPending} switched off by TF.js`,
    );
    assert.deepEqual(problems, []);
    assert.equal(code, 0, `the process ended early, after ${results.at(-1)?.name ?? 'no spec'}:\n${output}`);
    assert.equal(results.length, numSpecs, 'number of specs');
    assert.equal(numPending, numSwitchedOff, 'number of specs that did not run');
    assert.ok(numExcluded <= maxExcludedShare * numSpecs, `${numExcluded} specs are excluded`);
  });
}

const list: Exclusion[] = [{ reason: 'An example.', failsWith: /^known$/, specs: ['known'] }];
const ended = (name: string, status: SpecResult['status'], ...messages: string[]): SpecResult => ({
  name,
  status,
  messages,
});

for (const [what, results, problems] of [
  ['a spec that fails as listed', [ended('known', 'failed', 'known')], []],
  ['a listed spec that passes', [ended('known', 'passed')], [/on the list.*: known$/]],
  ['a listed spec that fails otherwise', [ended('known', 'failed', 'known', 'new')], [/failed: known: known \| new/]],
  ['another spec that fails', [ended('known', 'failed', 'known'), ended('b', 'failed', 'no')], [/failed: b: no/]],
  ['a listed spec that is gone', [ended('b', 'passed')], [/on the list.*: known$/]],
] as [string, SpecResult[], RegExp[]][]) {
  test(`the list: ${what}`, { timeout: 5000 }, () => {
    const found = judge(results, list).problems;
    assert.equal(found.length, problems.length, found.join('\n'));
    problems.forEach((pattern, index) => assert.match(found[index] ?? '', pattern));
  });
}
