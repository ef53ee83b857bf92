/** Long training grows neither memory nor the number of live tensors. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as tf from '../src/index.ts';
import { numLiveTensors } from '../src/tensor/index.ts';
import { sequential } from '../src/train/index.ts';

const stepsPerEpoch = 100;

test('2,000 training steps leave memory and live tensors as they were', { timeout: 60_000 }, async (t) => {
  const batchSize = 16;
  const x = tf.randomUniform([stepsPerEpoch * batchSize, 8, 8, 1]);
  const y = tf.tidy(() => tf.mean(x, [1, 2]));
  const model = sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [8, 8, 1], filters: 4, kernelSize: 3, activation: 'relu' }),
      tf.layers.batchNormalization(),
      tf.layers.flatten(),
      tf.layers.dropout({ rate: 0.1 }),
      tf.layers.dense({ units: 1 }),
    ],
  });
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError', metrics: ['mae'] });
  const train = async (epochs: number): Promise<unknown> =>
    model.fit(x, y, {
      epochs,
      batchSize,
      verbose: 0,
      validationSplit: 0.01,
      callbacks: { onBatchEnd: () => undefined },
    });

  await train(5);
  const before = measure();
  await train(20);
  const after = measure();

  assert.equal(after.numLiveTensors, before.numLiveTensors);
  assert.equal(after.numTensors, before.numTensors);
  const grownBytes = after.residentBytes - before.residentBytes;
  t.diagnostic(`${(grownBytes / 1e6).toFixed(1)} MB more, ${after.numLiveTensors} live tensors`);
  assert.ok(grownBytes < 20e6, `the process grew by ${(grownBytes / 1e6).toFixed(1)} MB`);
});

test('everything that a model made goes with it', { timeout: 60_000 }, async () => {
  const before = measure();
  const [x, y] = [tf.ones([8, 2]), tf.ones([8, 1])];
  const model = sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  await model.fit(x, y, { epochs: 2, batchSize: 3, verbose: 0, validationSplit: 0.25 });
  tf.dispose(await model.evaluateAsync(x, y));
  tf.dispose(await model.predictAsync(x));
  await model.trainOnBatch(x, y);
  model.dispose();
  tf.dispose([x, y]);
  assert.equal(tf.memory().numTensors, before.numTensors);
});

function measure(): { residentBytes: number; numLiveTensors: number; numTensors: number } {
  return {
    residentBytes: process.memoryUsage.rss(),
    numLiveTensors: numLiveTensors(),
    numTensors: tf.memory().numTensors,
  };
}

test('what only the loading of the library read is not resident', { skip: process.platform !== 'linux' }, async () => {
  await tf.add(1, 2).data();
  const maps = readFileSync('/proc/self/smaps', 'utf8').split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/);
  const symbols = maps.find((map) => /^\S+ r--p 00000000 .*libtensorflow_cc/.test(map)) ?? '';
  const sizeKb = (field: string): number => Number(new RegExp(`^${field}: +(\\d+)`, 'm').exec(symbols)?.[1]);
  assert.ok(sizeKb('Size') > 100_000, symbols);
  assert.ok(sizeKb('Rss') < 60_000, symbols);
});
