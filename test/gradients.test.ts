/** Gradients: of every differentiable kernel against finite differences, and of whole layers against Python's. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import '../src/backend/index.ts';
import '../src/backend/frontend/index.ts';
import { compile } from '../src/graph/index.ts';

type Operation = (...inputs: never[]) => Tensor;

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

// Finite differences. The values keep away from the jumps and bends of the functions.

/** Values around the multiples of 1/4, never near whole numbers and halves, in a fixed order without ties. */
function values(shape: number[], low = -2, high = 2): Tensor {
  const size = shape.reduce((product, dim) => product * dim, 1);
  const list = Array.from({ length: size }, (_, index) => {
    const share = ((index * 7919 + 13) % (size * 4 + 1)) / (size * 4 + 1);
    return low + (high - low) * share;
  });
  return tf.tensor(
    list.map((value) => (Math.abs(value * 2 - Math.round(value * 2)) < 0.1 ? value + 0.11 : value)),
    shape,
  );
}

const row = [0, 2, 1, 2];
const indices = tf.keep(tf.tensor1d(row, 'int32'));
const image = [2, 5, 4, 2];

/** A function, and its inputs. */
type Sample = [fn: Operation, ...inputs: Tensor[]];
const unary = (fn: (x: Tensor) => Tensor, low?: number, high?: number): Sample => [fn, values([2, 3], low, high)];
const binary = (fn: (a: Tensor, b: Tensor) => Tensor, low?: number): Sample => [
  fn,
  values([2, 3], low),
  values([3], low),
];

const samples: Record<string, Sample> = {
  abs: unary(tf.abs),
  acos: unary(tf.acos, -0.9, 0.6),
  acosh: unary(tf.acosh, 1.3, 3),
  add: binary(tf.add),
  addN: [(a: Tensor, b: Tensor) => tf.addN([a, b, a]), values([3]), values([3], 0, 1)],
  argMax: [(x: Tensor) => tf.add(tf.cast(tf.argMax(x, 0), 'float32'), tf.sum(x, 0)), values([3, 2])],
  argMin: [(x: Tensor) => tf.add(tf.cast(tf.argMin(x, 0), 'float32'), tf.sum(x, 0)), values([3, 2])],
  asin: unary(tf.asin, -0.9, 0.6),
  asinh: unary(tf.asinh),
  atan: unary(tf.atan),
  atan2: binary(tf.atan2, 0.3),
  atanh: unary(tf.atanh, -0.9, 0.6),
  avgPool: [(x: Tensor4D) => tf.avgPool(x, 2, 2, 1, 'ceil'), values(image)],
  avgPool3d: [(x: Tensor5D) => tf.avgPool3d(x, 2, 2, 'same'), values([1, 3, 4, 3, 2])],
  batchNorm: [
    (x: Tensor2D, mean: tf.Tensor1D, variance: tf.Tensor1D, offset: tf.Tensor1D, scale: tf.Tensor1D) =>
      tf.batchNorm2d(x, mean, variance, offset, scale),
    values([4, 3]),
    values([3]),
    values([3], 0.5, 2),
    values([3]),
    values([3], 0.3, 1),
  ],
  batchToSpace: [
    (x: Tensor4D) =>
      tf.batchToSpaceND(
        x,
        [2, 2],
        [
          [0, 1],
          [0, 0],
        ],
      ),
    values([4, 2, 2, 1]),
  ],
  broadcastTo: [(x: Tensor) => tf.broadcastTo(x, [4, 3]), values([1, 3])],
  BroadcastTo: [
    (x: Tensor) => tf.engine().runKernel('BroadcastTo', { x }, { shape: [4, 3], inputShape: [1, 3] }),
    values([1, 3]),
  ],
  cast: [(x: Tensor) => tf.cast(x, 'float32'), values([3])],
  ceil: unary((x) => tf.add(tf.ceil(x), x)),
  clipByValue: unary((x) => tf.clipByValue(x, -1, 1)),
  concat: [(a: Tensor2D, b: Tensor2D) => tf.concat([a, b], 1), values([2, 3]), values([2, 2])],
  conv2d: [
    (x: Tensor4D, f: Tensor4D) => tf.conv2d(x, f, 1, 'same', 'NHWC', [1, 2]),
    values(image),
    values([2, 3, 2, 3]),
  ],
  conv2dTranspose: [
    (x: Tensor4D, f: Tensor4D) => tf.conv2dTranspose(x, f, [2, 6, 6, 2], 2, 'same'),
    values([2, 3, 3, 2]),
    values([3, 3, 2, 2]),
  ],
  conv3d: [
    (x: Tensor5D, f: Tensor5D) => tf.conv3d(x, f, 1, 'same', 'NDHWC', 2),
    values([1, 4, 4, 3, 1]),
    values([2, 2, 2, 1, 2]),
  ],
  cos: unary(tf.cos),
  cosh: unary(tf.cosh),
  cumsum: [(x: Tensor) => tf.cumsum(x, 1, true, true), values([2, 4])],
  depthwiseConv2d: [
    (x: Tensor4D, f: Tensor4D) => tf.depthwiseConv2d(x, f, 1, 'same', 'NHWC', 2),
    values(image),
    values([2, 2, 2, 2]),
  ],
  dilation2d: [
    (x: Tensor4D, f: Tensor3D) => tf.dilation2d(x, f, 1, 'same', 1),
    values(image, -40, 40),
    values([2, 2, 2], -1, 1),
  ],
  einsum: [(a: Tensor, b: Tensor) => tf.einsum('aib,bj->aj', a, b), values([2, 3, 4]), values([4, 2])],
  elu: unary(tf.elu),
  erf: unary(tf.erf),
  exp: unary(tf.exp),
  expandDims: [(x: Tensor) => tf.expandDims(x, 1), values([2, 3])],
  expm1: unary(tf.expm1),
  floor: unary((x) => tf.add(tf.floor(x), x)),
  floorDiv: [
    (a: Tensor, b: Tensor) => tf.add(tf.mul(tf.zerosLike(tf.floorDiv(a, b)), a), b),
    values([3]),
    values([3], 1),
  ],
  fusedConv2d: [
    (x: Tensor4D, filter: Tensor4D, bias: Tensor) =>
      tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', bias, activation: 'linear' }),
    values(image),
    values([2, 2, 2, 3]),
    values([3]),
  ],
  fusedMatMul: [
    (a: Tensor2D, b: Tensor2D, bias: Tensor) => tf.fused.matMul({ a, b, bias, activation: 'linear' }),
    values([2, 3]),
    values([3, 4]),
    values([4]),
  ],
  gather: [(x: Tensor) => tf.gather(x, indices, 1), values([2, 3])],
  gatherNd: [(x: Tensor) => tf.gatherND(x, tf.tensor2d([[1], [0], [1]], [3, 1], 'int32')), values([2, 3])],
  identity: unary((x) => tf.clone(x)),
  isFinite: unary((x) => tf.mul(tf.cast(tf.isFinite(x), 'float32'), x)),
  isInf: unary((x) => tf.add(tf.cast(tf.isInf(x), 'float32'), x)),
  isNaN: unary((x) => tf.add(tf.cast(tf.isNaN(x), 'float32'), x)),
  leakyRelu: unary((x) => tf.leakyRelu(x, 0.3)),
  log: unary(tf.log, 0.3),
  log1p: unary(tf.log1p, -0.6),
  logSoftmax: unary((x) => tf.engine().runKernel('LogSoftmax', { logits: x }, { axis: 1 })),
  lrn: [(x: Tensor4D) => tf.localResponseNormalization(x, 1, 1, 0.5, 0.7), values([1, 2, 2, 4])],
  matMul: [(a: Tensor, b: Tensor) => tf.matMul(a, b, true, true), values([2, 3, 2]), values([2, 4, 3])],
  max: [(x: Tensor) => tf.max(x, 1), values([3, 4])],
  maxPool: [(x: Tensor4D) => tf.maxPool(x, 3, 2, 0, 'ceil'), values(image, -40, 40)],
  maxPool3d: [(x: Tensor5D) => tf.maxPool3d(x, 2, 2, 'same'), values([1, 3, 4, 3, 2], -40, 40)],
  maximum: binary(tf.maximum),
  mean: [(x: Tensor) => tf.mean(x, 0), values([3, 2])],
  min: [(x: Tensor) => tf.min(x, 0), values([3, 4])],
  minimum: binary(tf.minimum),
  mirrorPad: [
    (x: Tensor2D) =>
      tf.slice(
        tf.mirrorPad(
          x,
          [
            [1, 1],
            [1, 0],
          ],
          'reflect',
        ),
        [1, 1],
        [3, 3],
      ),
    values([3, 3]),
  ],
  mod: [(a: Tensor, b: Tensor) => tf.mod(a, b), values([3], 0.3, 0.9), values([3], 1.3, 2)],
  mul: binary(tf.mul),
  neg: unary(tf.neg),
  oneHot: [(x: Tensor2D) => tf.mul(x, tf.oneHot(indices, 3)), values([4, 3])],
  pad: [
    (x: Tensor2D) =>
      tf.pad(
        x,
        [
          [1, 0],
          [0, 2],
        ],
        3,
      ),
    values([2, 3]),
  ],
  pow: binary(tf.pow, 0.4),
  prelu: [(x: Tensor, alpha: Tensor) => tf.prelu(x, alpha), values([2, 3]), values([3], 0.1, 0.6)],
  prod: [(x: Tensor) => tf.prod(x, 1), values([2, 3], 0.6)],
  realDiv: binary(tf.div, 0.4),
  reciprocal: unary(tf.reciprocal, 0.4),
  relu: unary(tf.relu),
  relu6: unary((x) => tf.relu6(tf.mul(x, 4))),
  reshape: [(x: Tensor) => tf.reshape(x, [6]), values([2, 3])],
  resizeBilinear: [(x: Tensor4D) => tf.image.resizeBilinear(x, [3, 7], true), values(image)],
  resizeNearestNeighbor: [(x: Tensor4D) => tf.image.resizeNearestNeighbor(x, [3, 7]), values(image)],
  reverse: [(x: Tensor) => tf.reverse(x, 1), values([2, 3])],
  round: unary((x) => tf.add(tf.round(x), x)),
  rsqrt: unary(tf.rsqrt, 0.4),
  scatterNd: [(x: Tensor) => tf.scatterND(tf.tensor2d([[1], [0], [1]], [3, 1], 'int32'), x, [4, 2]), values([3, 2])],
  selu: unary(tf.selu),
  sigmoid: unary(tf.sigmoid),
  sign: unary((x) => tf.add(tf.sign(x), x)),
  sin: unary(tf.sin),
  sinh: unary(tf.sinh),
  slice: [(x: Tensor2D) => tf.slice(x, [0, 1], [2, 2]), values([2, 3])],
  softmax: unary((x) => tf.softmax(x)),
  softplus: unary(tf.softplus),
  spaceToBatch: [
    (x: Tensor4D) =>
      tf.spaceToBatchND(
        x,
        [2, 2],
        [
          [1, 0],
          [0, 0],
        ],
      ),
    values([1, 3, 4, 1]),
  ],
  split: [
    (x: Tensor) => {
      const [first, second] = tf.split(x, [1, 2], 1) as [Tensor, Tensor];
      return tf.mul(first, second);
    },
    values([2, 3]),
  ],
  sqrt: unary(tf.sqrt, 0.4),
  square: unary(tf.square),
  squaredDifference: binary(tf.squaredDifference),
  stack: [(a: Tensor, b: Tensor) => tf.stack([a, b], 1), values([2, 3]), values([2, 3], 0, 1)],
  step: unary((x) => tf.add(tf.step(x, 0.2), x)),
  sub: binary(tf.sub),
  sum: [(x: Tensor) => tf.sum(x, [0], true), values([2, 3])],
  tan: unary(tf.tan, -1.2, 1.2),
  tanh: unary(tf.tanh),
  tile: [(x: Tensor) => tf.tile(x, [2, 3]), values([2, 3])],
  transpose: [(x: Tensor) => tf.transpose(x, [2, 0, 1]), values([2, 3, 2])],
  unsortedSegmentSum: [(x: Tensor) => tf.unsortedSegmentSum(x, indices, 4), values([4, 2])],
  unstack: [
    (x: Tensor) => {
      const [first, second] = tf.unstack(x, 1) as [Tensor, Tensor];
      return tf.mul(first, second);
    },
    values([3, 2]),
  ],
  where: [(a: Tensor, b: Tensor) => tf.where(tf.greater(a, 0), a, tf.mul(b, b)), values([2, 3]), values([2, 3])],
  zerosLike: unary((x) => tf.add(x, tf.zerosLike(x))),
  onesLike: unary((x) => tf.add(x, tf.onesLike(x))),
  comparisons: [
    (a: Tensor, b: Tensor) => {
      const compared = [tf.equal, tf.greater, tf.greaterEqual, tf.less, tf.lessEqual, tf.notEqual];
      return tf.mul(a, tf.addN(compared.map((compare) => tf.cast(compare(a, b), 'float32'))));
    },
    values([2, 3]),
    values([3]),
  ],
};

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
