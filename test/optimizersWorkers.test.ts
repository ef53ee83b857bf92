/** An optimizer with schedule, accumulation and averages on several workers, in real processes: as on one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runWorkers } from './workers/runWorkers.ts';

interface Outcome {
  readonly losses: number[];
  readonly weights: number[];
  readonly iterations: number;
  readonly learningRate: number;
}

/** Gradients are added in another order: that changes the last of 7 digits, and 30 steps carry it a little further. */
const tolerance = 1e-4;

test('schedule, accumulation and averages on two workers as on one', { timeout: 120_000 }, async (t) => {
  const outcomes: Outcome[] = [];
  for (const numWorkers of [1, 2]) {
    const { code, stderr, results } = await runWorkers(t, './optimizers.ts', { numWorkers });
    assert.equal(code, 0, stderr);
    assert.equal(results.length, numWorkers);
    outcomes.push(...(results as unknown as Outcome[]));
  }
  const [alone, chief, other] = outcomes as [Outcome, Outcome, Outcome];
  assert.deepEqual(chief.weights, other.weights, 'every rank has the same weights, bit by bit');
  assert.ok((alone.losses.at(-1) ?? 1) < 0.5 * (alone.losses[0] ?? 0), 'the loss must fall');
  for (const { iterations, learningRate } of outcomes) {
    // 10 epochs of 3 batches are 30 calls; the schedule has come to its end, where the cosine is 0.
    assert.equal(iterations, 15);
    assert.ok(learningRate < 1e-6);
  }
  for (const name of ['losses', 'weights'] as const) {
    chief[name].forEach((value, index) => {
      const expected = alone[name][index] ?? NaN;
      assert.ok(Math.abs(value - expected) <= tolerance, `${name} ${index}: ${value} is not ${expected}`);
    });
  }
});
