/**
 * The network that the benchmarks train, with weights and data that the Python peer makes in the same way: both sides
 * must show the same losses, which proves that they do the same work.
 */
import * as tf from '../../src/index.ts';

export const batchSize = 64;
/** Batches in memory, taken in turn. */
export const numBatches = 8;
export const learningRate = 0.01;

/** conv32 - conv64 - max-pool - dense128 - dense10; convolutions of 3x3, ReLU after all layers but the last. */
export function makeModel(): tf.Sequential {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, activation: 'relu' }),
      tf.layers.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 128, activation: 'relu' }),
      tf.layers.dense({ units: 10 }),
    ],
  });
  model.setWeights(
    model.getWeights().map(({ shape, size }, index) => {
      const fanIn = shape.slice(0, -1).reduce((product, dim) => product * dim, 1);
      const limit = shape.length === 1 ? 0 : Math.sqrt(3 / fanIn);
      return tf.tensor(
        hashed(index, size).map((value) => limit * (2 * value - 1)),
        shape,
      );
    }),
  );
  return model;
}

/** Images of values from 0 to 1, and one-hot labels. */
export function makeBatch(index: number): [images: tf.Tensor, labels: tf.Tensor] {
  const shape = [batchSize, 28, 28, 1];
  const labels = Array.from({ length: batchSize }, (_, row) => (row * 7 + index) % 10);
  return [
    tf.tensor(hashed(100 + index, tf.util.sizeFromShape(shape)), shape),
    tf.oneHot(tf.tensor1d(labels, 'int32'), 10).toFloat(),
  ];
}

/** Mean softmax cross-entropy of the model's logits. */
export function lossOf(model: tf.Sequential, images: tf.Tensor, labels: tf.Tensor): tf.Scalar {
  return tf.losses.softmaxCrossEntropy(labels, model.apply(images) as tf.Tensor);
}

/** `size` values that look random, from 0 to 1: the last step of MurmurHash3 on the numbers from 0. */
function hashed(seed: number, size: number): Float32Array {
  return Float32Array.from({ length: size }, (_, index) => {
    let hash = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca77);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
  });
}
