/** Mixed precision on several workers, in real processes: as on one, and all leave out the same steps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runWorkers } from './workers/runWorkers.ts';

interface Outcome {
  readonly losses: number[];
  readonly weights: number[];
  readonly iterations: number;
  readonly scale: number;
}

/** Each replica's gradients are rounded to 16 bits by themselves. */
const tolerance = 5e-3;

test(
  'mixed_float16 on two workers as on one, with a step whose gradients overflow',
  { timeout: 120_000 },
  async (t) => {
    const outcomes: Outcome[] = [];
    for (const numWorkers of [1, 2]) {
      const { code, stderr, results } = await runWorkers(t, './mixedPrecision.ts', { numWorkers });
      assert.equal(code, 0, stderr);
      assert.equal(results.length, numWorkers);
      outcomes.push(...(results as unknown as Outcome[]));
    }
    const [alone, chief, other] = outcomes as [Outcome, Outcome, Outcome];
    assert.deepEqual(chief.weights, other.weights, 'every rank has the same weights, bit by bit');
    for (const { iterations, scale, losses } of outcomes) {
      assert.equal(iterations, 15, 'one of 16 steps is left out');
      assert.equal(scale, 2 ** 14);
      assert.ok((losses.at(-1) ?? 1) < 0.7 * (losses[0] ?? 0), `the loss must fall: ${losses.join()}`);
    }
    chief.weights.forEach((value, index) => {
      const expected = alone.weights[index] ?? NaN;
      assert.ok(Math.abs(value - expected) <= tolerance, `weight ${index}: ${value} is not ${expected}`);
    });
  },
);
