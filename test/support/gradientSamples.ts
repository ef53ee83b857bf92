/** Every differentiable operation of TF.js, with inputs that keep away from the jumps and bends of the functions. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import '../../src/backend/index.ts';
import '../../src/backend/frontend/index.ts';

/** A function of tensors. */
export type Operation = (...inputs: never[]) => Tensor;

/** Values around the multiples of 1/4, never near whole numbers and halves, in a fixed order without ties. */
export function values(shape: number[], low = -2, high = 2): Tensor {
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
export type Sample = [fn: Operation, ...inputs: Tensor[]];
const unary = (fn: (x: Tensor) => Tensor, low?: number, high?: number): Sample => [fn, values([2, 3], low, high)];
const binary = (fn: (a: Tensor, b: Tensor) => Tensor, low?: number): Sample => [
  fn,
  values([2, 3], low),
  values([3], low),
];

export const samples: Record<string, Sample> = {
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
