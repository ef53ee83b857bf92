/** Samples a second of all workers together: each trains the network on batches of its own, gradients are all-reduced. */
import * as tf from '../../src/index.ts';
import { batchSize, learningRate, lossOf, makeBatch, makeModel, numBatches } from './cnn.ts';
import { median, report, timesMs } from './measure.ts';

const warmUpSteps = 20;

const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
const model = strategy.scope(makeModel);
const optimizer = tf.train.sgd(learningRate);
const batches = Array.from({ length: numBatches }, (_, index) =>
  makeBatch(index * strategy.numReplicas + strategy.rank),
);
let numSteps = 0;

function step(images: tf.Tensor, labels: tf.Tensor): tf.Scalar {
  return optimizer.minimize(() => lossOf(model, images, labels), true) as tf.Scalar;
}

async function train(): Promise<void> {
  (await strategy.run(step, batches[numSteps++ % numBatches] as [tf.Tensor, tf.Tensor])).dispose();
}

for (let i = 0; i < warmUpSteps; i++) await train();
const times = await timesMs(train);
if (strategy.isChief) report({ value: (1000 * strategy.numReplicas * batchSize) / median(times) });
await strategy.close();
