/** Samples a second of all workers together: each trains the network on batches of its own, gradients are all-reduced. */
import * as tf from '../../src/index.ts';
import { batchSize, learningRate, lossOf, makeBatch, makeModel, numBatches } from './cnn.ts';
import { measureSeconds, median, report } from './measure.ts';

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

/** Milliseconds of one step. */
async function timeStepMs(): Promise<number> {
  const start = performance.now();
  (await strategy.run(step, batches[numSteps++ % numBatches] as [tf.Tensor, tf.Tensor])).dispose();
  return performance.now() - start;
}

async function timeStepsMs(count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) times.push(await timeStepMs());
  return times;
}

// The chief decides how many steps all take: each of them needs all workers.
const warmUpMs = median(await timeStepsMs(warmUpSteps));
const count = Number(await strategy.shareText(String(Math.ceil((1000 * measureSeconds) / warmUpMs))));
const stepMs = median(await timeStepsMs(count));
if (strategy.isChief) report({ value: (1000 * strategy.numReplicas * batchSize) / stepMs });
await strategy.close();
