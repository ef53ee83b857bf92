/** A network made of layers that sorts inputs into 10 classes. */
import * as tf from 'tfjs-distribute';
import { hashedTensor, makeLabels, setHashedKernels } from './hashed.ts';
import type { Network } from './network.ts';

const numClasses = 10;

/** @param model - Gives 10 logits. */
export function layersNetwork(model: tf.LayersModel, batchSize: number): Network {
  setHashedKernels(model);
  const inputShape = model.inputs[0]?.shape.slice(1) as number[];
  return {
    numParameters: model.trainableWeights.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape as number[]), 0),
    batchSize,
    makeBatch: (index) => [
      hashedTensor(100 + index, [batchSize, ...inputShape]),
      makeLabels(index, batchSize, numClasses),
    ],
    lossOf: (inputs, labels) =>
      tf.losses.softmaxCrossEntropy(labels, model.apply(inputs, { training: true }) as tf.Tensor),
  };
}
