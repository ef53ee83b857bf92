/**
 * One training step of a network, called as a training loop calls it: `step.ts NETWORK compiled|xla|eager [FACT]`. Reports
 * its milliseconds; or with FACT `start` the milliseconds from the start of the process to the end of the first step;
 * or with FACT `memory` the process's largest resident size in MiB.
 */
import * as tf from 'tfjs-distribute';
import { median, peakMemoryMiB, processAgeMs, report, timesMs } from './measure.ts';
import { learningRate, makeNetwork, numBatches, type Batch } from './networks/index.ts';

const warmUpSteps = 20;

const [name, mode, fact] = process.argv.slice(2);
const network = makeNetwork(name);
const optimizer = tf.train.sgd(learningRate);
const compiled = tf.function(
  (...batch: Batch) => optimizer.minimize(() => network.lossOf(...batch), true) as tf.Scalar,
  { name: 'step', jitCompile: mode === 'xla' },
);
const step = mode === 'eager' ? (...batch: Batch) => tf.tidy(() => compiled.inline(...batch)) : compiled;
const batches = Array.from({ length: fact === 'start' ? 1 : numBatches }, (_, index) => network.makeBatch(index));
let numSteps = 0;

async function train(): Promise<tf.Scalar> {
  return await step(...(batches[numSteps++ % batches.length] as Batch));
}

async function trainAndReadLoss(): Promise<number> {
  const loss = await train();
  const [value = NaN] = await loss.data();
  loss.dispose();
  return value;
}

const losses = [await trainAndReadLoss()];
if (fact === 'start') {
  report({ value: processAgeMs(), proof: { parameters: network.numParameters, losses } });
} else {
  while (losses.length < warmUpSteps) losses.push(await trainAndReadLoss());
  const times = await timesMs(async () => {
    (await train()).dispose();
  });
  const value = fact === 'memory' ? peakMemoryMiB() : median(times);
  report({ value, proof: { parameters: network.numParameters, losses } });
}
