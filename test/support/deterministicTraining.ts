/** Trains a model with dropout and shuffling, and prints a digest of its weights; for `determinism.test.ts`. */
import { createHash } from 'node:crypto';
import * as tf from '../../src/index.ts';

const [seed] = process.argv.slice(2);
if (seed !== undefined) tf.setRandomSeed(seed);
tf.enableDeterminism();

const model = tf.sequential({
  layers: [
    tf.layers.conv2d({ inputShape: [12, 12, 1], filters: 8, kernelSize: 3, activation: 'relu' }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.dropout({ rate: 0.3 }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 4, activation: 'softmax' }),
  ],
});
model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
const images = tf.randomUniform([256, 12, 12, 1]);
const labels = tf.oneHot(tf.randomUniformInt([256], 0, 4), 4).toFloat();
await model.fit(images, labels, { epochs: 3, batchSize: 32, shuffle: true, verbose: 0 });

const digest = createHash('sha256');
for (const weight of model.getWeights()) digest.update(new Uint8Array((await weight.data()).buffer));
console.log(digest.digest('hex'));
