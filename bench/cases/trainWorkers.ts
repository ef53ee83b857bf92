/** Samples a second of all workers together: each trains the network on batches of its own, gradients are all-reduced. */
import * as tf from 'tfjs-distribute';
import { measureSeconds, median, report } from './measure.ts';
import { learningRate, makeNetwork, numBatches, type Batch } from './networks/index.ts';

const warmUpSteps = 20;

const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
const network = strategy.scope(() => makeNetwork('cnn'));
const optimizer = tf.train.sgd(learningRate);
const batches = Array.from({ length: numBatches }, (_, index) =>
  network.makeBatch(index * strategy.numReplicas + strategy.rank),
);
let numSteps = 0;

function step(...batch: Batch): tf.Scalar {
  return optimizer.minimize(() => network.lossOf(...batch), true) as tf.Scalar;
}

/** Milliseconds of one step. */
async function timeStepMs(): Promise<number> {
  const start = performance.now();
  (await strategy.run(step, batches[numSteps++ % numBatches] as Batch)).dispose();
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
if (strategy.isChief) report({ value: (1000 * strategy.numReplicas * network.batchSize) / stepMs });
await strategy.close();
