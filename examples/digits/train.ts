/**
 * Trains a small convolutional network on handwritten digits. It runs as it is on one worker, and on many:
 *
 *   npx tfjs-distribute run --workers 2 examples/digits/train.ts -- --out runs/digits
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from 'tfjs-distribute';
import { loadDigits } from './data.ts';

/** What a run leaves in `result.json`. */
export interface Result {
  /** Share of the test images that the model names rightly. */
  readonly accuracy: number;
  readonly samplesPerSecond: number;
  /** What the model says of the first test images. */
  readonly predictions: readonly number[];
  /** Folder of the saved model. */
  readonly model: string;
  /** Path of the checkpoint. */
  readonly checkpoint: string;
}

const { values: options } = parseArgs({
  options: {
    epochs: { type: 'string', default: '8' },
    batchSize: { type: 'string', default: '64' },
    out: { type: 'string', default: 'runs/digits' },
  },
});
const out = resolve(options.out);
const seed = 7;

const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
const { train, test } = loadDigits();

tf.setRandomSeed(seed);
const optimizer = tf.train.adam(0.001);
const model = strategy.scope(() => {
  const network = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, activation: 'relu' }),
      tf.layers.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.dropout({ rate: 0.25 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 128, activation: 'relu' }),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.dense({ units: 10, activation: 'softmax' }),
    ],
  });
  network.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return network;
});

// The batch is that of all workers together: each takes its share.
const batchSize = Number(options.batchSize) * strategy.numReplicas;
const history = await model.fit(train.images, train.labels, { epochs: Number(options.epochs), batchSize, seed });
const [loss, accuracy] = (await model.evaluateAsync(test.images, test.labels, { batchSize: 500 })) as tf.Scalar[];

if (strategy.isChief) {
  mkdirSync(out, { recursive: true });
  await model.save(`file://${out}/model`);
  const checkpoints = new tf.train.CheckpointManager(new tf.train.Checkpoint({ model, optimizer }), {
    directory: `${out}/checkpoints`,
  });
  const checkpoint = await checkpoints.save();
  const predicted = model.predict(test.images.slice(0, 12)) as tf.Tensor2D;
  const result: Result = {
    accuracy: accuracy?.dataSync()[0] ?? 0,
    samplesPerSecond: history.samplesPerSecond,
    predictions: Array.from(predicted.argMax(-1).dataSync()),
    model: `${out}/model`,
    checkpoint,
  };
  writeFileSync(`${out}/result.json`, `${JSON.stringify(result, null, 2)}\n`);
  console.log(`Test accuracy ${(100 * result.accuracy).toFixed(2)} %, loss ${loss?.dataSync()[0]?.toFixed(4)}`);
}
