/** Gradients: of every differentiable kernel against finite differences, and of whole layers against Python's. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import '../src/backend/index.ts';
import '../src/backend/frontend/index.ts';
import { compile } from '../src/graph/index.ts';
import { samples, values, type Operation } from './support/gradientSamples.ts';

interface Case {
  name: string;
  inputs: number[];
  weights: number;
  gradients: number[];
}

const file = new URL('golden/gradients.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as {
  tensors: { shape: number[]; values: number[] }[];
  cases: Case[];
};

const explicit: [number, number][] = [
  [0, 0],
  [1, 2],
  [0, 1],
  [0, 0],
];

/** The functions of tools/golden/gradients.py, by the name of the case. */
function operation(name: string): Operation {
  const [kind = '', padding = ''] = name.replaceAll(',', '').split(' ');
  const pad = (padding === 'explicit' ? explicit : padding) as 'same';
  const [, strides = 1, dilations = 1] = (/strides (\d), dilations (\d)/.exec(name) ?? []).map(Number);
  switch (kind) {
    case 'conv2d':
      return (x: Tensor4D, filter: Tensor4D) => tf.conv2d(x, filter, strides, pad, 'NHWC', dilations);
    case 'depthwiseConv2d':
      return (x: Tensor4D, filter: Tensor4D) => tf.depthwiseConv2d(x, filter, strides, pad, 'NHWC', dilations);
    case 'maxPool':
      return (x: Tensor4D) => tf.maxPool(x, [3, 2], [2, 1], pad);
    case 'avgPool':
      return (x: Tensor4D) => tf.avgPool(x, [3, 2], [2, 1], pad);
    case 'matMul':
      return (a: Tensor, b: Tensor) => tf.matMul(a, b, /transposeA|both/.test(name), /transposeB|both/.test(name));
    case 'einsum':
      return (...operands: Tensor[]) => tf.einsum(padding === '' ? '' : name.slice(7), ...operands);
    default: {
      const found = others[name];
      assert.ok(found !== undefined, name);
      return found;
    }
  }
}

const others: Record<string, Operation> = {
  softmaxCrossEntropy: (logits: Tensor2D) =>
    tf.reshape(tf.losses.softmaxCrossEntropy(tf.oneHot([0, 2, 1, 1], 3), logits), [1]),
  softmax: (logits: Tensor2D) => tf.softmax(logits),
  batchNorm: (x: Tensor4D, scale: tf.Tensor1D, offset: tf.Tensor1D) => {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    return tf.batchNorm(x, mean as tf.Tensor1D, variance as tf.Tensor1D, offset, scale, 1e-3);
  },
  gather: (x: Tensor2D) =>
    tf.gather(
      x,
      tf.tensor2d(
        [
          [0, 2],
          [2, 4],
        ],
        undefined,
        'int32',
      ),
    ),
  'lstm cell': (x: Tensor2D, h: Tensor2D, c: Tensor2D, kernel: Tensor2D, recurrent: Tensor2D, bias: Tensor) => {
    const sums = tf.add(tf.add(tf.matMul(x, kernel), tf.matMul(h, recurrent)), bias);
    const [i, f, g, o] = tf.split(sums, 4, 1) as [Tensor, Tensor, Tensor, Tensor];
    const state = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
    return tf.mul(tf.sigmoid(o), tf.tanh(state));
  },
  attention: (query: Tensor4D, key: Tensor4D, value: Tensor4D) => {
    const weights = tf.softmax(tf.div(tf.einsum('bqhd,bkhd->bhqk', query, key), 2));
    return tf.einsum('bhqk,bkhd->bqhd', weights, value);
  },
  resizeBilinear: (x: Tensor4D) => tf.image.resizeBilinear(x, [9, 7]),
  lrn: (x: Tensor4D) => tf.localResponseNormalization(x, 1, 1.5, 0.4, 0.7),
};

for (const { name, inputs, weights, gradients } of golden.cases) {
  test(`as in Python: ${name}`, { timeout: 60_000 }, async () => {
    const given = inputs.map(goldenTensor);
    const differentiate = (...values: Tensor[]): Tensor[] =>
      tf.grads((...x: Tensor[]) => operation(name)(...(x as never[])))(values, goldenTensor(weights));
    const compiled = compile(differentiate);
    for (const [mode, actual] of [
      ['eager', tf.tidy(() => differentiate(...given))],
      ['compiled', await compiled(...given)],
    ] as const) {
      gradients.forEach((number, index) => {
        assertClose(actual[index] as Tensor, goldenTensor(number), 1e-4, `${mode}: gradient ${index}`);
      });
      tf.dispose(actual);
    }
    compiled.dispose();
  });
}

function goldenTensor(number: number): Tensor {
  const { values, shape } = golden.tensors[number] as { values: number[]; shape: number[] };
  return tf.tensor(values, shape);
}

function assertClose(actual: Tensor, expected: Tensor, tolerance: number, what: string): void {
  assert.deepEqual(actual.shape, expected.shape, what);
  const wanted = expected.dataSync();
  actual.dataSync().forEach((value, index) => {
    const limit = tolerance * (1 + Math.abs(wanted[index] as number));
    assert.ok(Math.abs(value - (wanted[index] as number)) <= limit, `${what}: ${value}, expected ${wanted[index]}`);
  });
}

// Finite differences.

/** `grads` against the difference of the function along a direction. */
for (const [name, [fn, ...inputs]] of Object.entries(samples)) {
  test(`finite differences: ${name}`, { timeout: 60_000 }, () => {
    tf.tidy(() => {
      checkDirections(fn as (...x: Tensor[]) => Tensor, inputs);
    });
  });
}

function checkDirections(fn: (...x: Tensor[]) => Tensor, inputs: Tensor[]): void {
  const weights = values(fn(...inputs).shape, 0.5, 1.5);
  const loss = (...x: Tensor[]): tf.Scalar => tf.sum(tf.mul(fn(...x), weights));
  const gradients = tf.grads(loss)(inputs);
  for (const seed of [1, 2, 3]) {
    const directions = inputs.map(({ shape }, index) => tf.randomUniform(shape, -1, 1, 'float32', seed * 10 + index));
    const step = 1e-2;
    const moved = (sign: number): number =>
      loss(
        ...inputs.map((x, index) => tf.add(x, tf.mul(directions[index] as Tensor, sign * step))),
      ).dataSync()[0] as number;
    const expected = (moved(1) - moved(-1)) / (2 * step);
    const terms = gradients.map((gradient, index) => tf.sum(tf.mul(gradient, directions[index] as Tensor)));
    const actual = tf.addN(terms).dataSync()[0] as number;
    gradients.forEach((gradient, index) => {
      assert.deepEqual(gradient.shape, inputs[index]?.shape);
    });
    // Differences of float32 numbers: their size limits the precision.
    const scale = Math.abs(moved(0)) * 1e-4 + Math.max(...terms.map((term) => Math.abs(term.dataSync()[0] as number)));
    assert.ok(
      Math.abs(actual - expected) <= 5e-3 + 2e-2 * scale,
      `along direction ${seed}: ${actual}, expected ${expected}`,
    );
  }
}

test('every differentiable kernel is in the cases above', { timeout: 120_000 }, async () => {
  const used = new Set<string>();
  for (const [fn, ...inputs] of Object.values(samples)) {
    const { kernelNames } = await tf.profile(() => tf.tidy(() => (fn as (...x: Tensor[]) => Tensor)(...inputs)));
    for (const kernel of kernelNames) used.add(kernel);
  }
  const names = Object.entries(tf)
    .filter(([key, value]) => typeof value === 'string' && /^[A-Z_]/.test(key))
    .map(([, value]) => value as string);
  const differentiable = names.filter((name) => (tf.getGradient(name) as unknown) != null);
  assert.ok(differentiable.length > 100, String(differentiable.length));
  // TF.js cannot differentiate what makes complex numbers, so that nothing leads to this one.
  used.add('ComplexAbs');
  assert.deepEqual(
    differentiable.filter((name) => !used.has(name)),
    [],
  );
});

test('second derivatives through activations', { timeout: 60_000 }, () => {
  tf.tidy(() => {
    const x = values([5], -2, 2);
    for (const fn of [tf.relu, tf.relu6] as ((x: Tensor) => Tensor)[]) {
      checkDirections((value) => tf.grad((inner: Tensor) => tf.square(fn(inner)))(value), [x]);
    }
  });
});
