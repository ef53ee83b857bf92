/** Weights and data that every language makes alike: the two sides must show the same losses. */
import * as tf from 'tfjs-distribute';

/** `size` values that look random, from 0 to 1: the last step of MurmurHash3 on the numbers from 0. */
export function hashed(seed: number, size: number): Float32Array {
  return Float32Array.from({ length: size }, (_, index) => {
    let hash = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca77);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
  });
}

/** Values from 0 to 1. */
export function hashedTensor(seed: number, shape: number[]): tf.Tensor {
  return tf.tensor(hashed(seed, tf.util.sizeFromShape(shape)), shape);
}

/** The kernel at place `index` of a network: uniform, with the variance that He's rule gives for a ReLU, halved. */
export function hashedKernel(index: number, shape: readonly number[]): tf.Tensor {
  const fanIn = shape.slice(0, -1).reduce((product, dim) => product * dim, 1);
  const limit = Math.sqrt(3 / fanIn);
  return hashedTensor(index, [...shape])
    .mul(2 * limit)
    .sub(limit);
}

/** Sets all kernels (more than one dimension); biases and normalizations keep Keras's first values. */
export function setHashedKernels(model: tf.LayersModel): void {
  let place = 0;
  const weights = model.getWeights();
  model.setWeights(weights.map((weight) => (weight.rank > 1 ? hashedKernel(place++, weight.shape) : weight)));
}

/** One-hot labels of classes that differ from row to row, and from batch to batch. */
export function makeLabels(index: number, batchSize: number, numClasses: number): tf.Tensor {
  const classes = Array.from({ length: batchSize }, (_, row) => (row * 7 + index) % numClasses);
  return tf.oneHot(tf.tensor1d(classes, 'int32'), numClasses).toFloat();
}
