/** Gradients of every differentiable operation in float64 against finite differences, and in 16 bits against float64. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { cast } from '../src/backend/frontend/index.ts';
import { compile } from '../src/graph/index.ts';
import { samples, values } from './support/gradientSamples.ts';

type Loss = (...x: Tensor[]) => Scalar;

/** Operations that round to float32 on the way, and why: their gradients are as precise as that. */
const inFloat32 = new Map([
  ['avgPool3d', 'TensorFlow has it in float32 only'],
  ['cast', 'the case casts to it'],
  ['lrn', 'TensorFlow has it in float32 only'],
  ['maxPool3d', 'TensorFlow has it in float32 only'],
  ['resizeBilinear', "TensorFlow's result is float32"],
]);

for (const [name, [fn, ...inputs]] of Object.entries(samples)) {
  const run = fn as (...x: Tensor[]) => Tensor;
  const loss: Loss = (...x) => {
    const y = run(...x);
    return tf.sum(tf.mul(y, cast(values(y.shape, 0.5, 1.5), y.dtype)));
  };

  test(`float64: ${name}`, { timeout: 60_000 }, () => {
    tf.tidy(() => {
      const wide = inputs.map((input) => cast(input, 'float64'));
      const gradients = tf.grads(loss)(wide);
      for (const seed of [1, 2]) checkDirection(loss, wide, gradients, seed, inFloat32.has(name) ? 2e-2 : 1e-6);
    });
  });

  for (const dtype of ['float16', 'bfloat16'] as const) {
    test(`${dtype}: ${name}`, { timeout: 60_000 }, async () => {
      const narrow = inputs.map((input) => cast(input, dtype));
      const expected = tf.tidy(() => tf.grads(loss)(narrow.map((input) => cast(input, 'float64'))));
      const differentiate = compile((...x: Tensor[]) => tf.grads(loss)(x));
      for (const [mode, actual] of [
        ['eager', tf.tidy(() => tf.grads(loss)(narrow))],
        ['compiled', await differentiate(...narrow)],
      ] as const) {
        actual.forEach((gradient, index) => {
          assert.equal(gradient.dtype, dtype);
          checkClose(gradient, expected[index] as Tensor, dtype === 'float16' ? 2e-2 : 1e-1, `${mode}: ${index}`);
        });
        tf.dispose(actual);
      }
      differentiate.dispose();
      tf.dispose([narrow, expected]);
    });
  }
}

/** The slope along a direction, by the gradient and by the difference of the function. */
function checkDirection(loss: Loss, inputs: Tensor[], gradients: Tensor[], seed: number, tolerance: number): void {
  const step = tolerance > 1e-3 ? 1e-2 : 1e-5;
  const directions = inputs.map(({ shape }, index) =>
    cast(tf.randomUniform(shape, -1, 1, 'float32', seed * 100 + index), 'float64'),
  );
  const moved = (by: number): number => {
    const amount = cast(tf.scalar(by), 'float64');
    const value = loss(...inputs.map((input, index) => tf.add(input, tf.mul(directions[index] as Tensor, amount))));
    return value.dataSync()[0] as number;
  };
  const width = tf.tidy(() => cast(tf.scalar(step), 'float64').dataSync()[0] as number);
  const expected = (moved(step) - moved(-step)) / (2 * width);
  const slopes = gradients.map((gradient, index) => {
    assert.equal(gradient.dtype, 'float64');
    return tf.sum(tf.mul(gradient, directions[index] as Tensor)).dataSync()[0] as number;
  });
  const actual = slopes.reduce((sum, slope) => sum + slope, 0);
  const scale = 1 + slopes.reduce((sum, slope) => sum + Math.abs(slope), 0);
  assert.ok(
    Math.abs(actual - expected) <= tolerance * scale,
    `along direction ${seed}: ${actual}, expected ${expected}`,
  );
}

function checkClose(actual: Tensor, expected: Tensor, tolerance: number, what: string): void {
  const wanted = Array.from(expected.dataSync());
  const largest = Math.max(1, ...wanted.map(Math.abs));
  actual.dataSync().forEach((value, index) => {
    const target = wanted[index] as number;
    assert.ok(
      Math.abs(value - target) <= tolerance * largest,
      `${what}: value ${index} is ${value}, expected ${target}`,
    );
  });
}
