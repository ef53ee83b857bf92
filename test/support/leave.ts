/** Trains, and leaves in the way that the first argument names; for `leaving.test.ts`. */
import * as tf from '../../src/index.ts';
import { sequential } from '../../src/train/index.ts';

const manner = process.argv[2];
const model = sequential({
  layers: [
    tf.layers.conv2d({ inputShape: [16, 16, 1], filters: 16, kernelSize: 3, activation: 'relu' }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 1 }),
  ],
});
model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });

const history = await model.fit(tf.ones([640, 16, 16, 1]), tf.ones([640, 1]), {
  epochs: manner === 'end' ? 2 : 1000,
  batchSize: 64,
  verbose: manner === 'end' ? 1 : 0,
  callbacks: { onBatchEnd: (batch) => (batch === 3 ? leave() : undefined) },
});
console.log(`trained ${history.epoch.length} epochs`);

async function leave(): Promise<void> {
  if (manner === 'exit') setTimeout(() => process.exit(0), 1);
  if (manner === 'error') {
    setTimeout(() => {
      throw new Error('thrown on purpose');
    }, 1);
  }
  if (manner === 'callback') throw new Error('thrown on purpose');
  if (manner === 'signal') console.log('training');
  if (manner === 'stuck') {
    console.log('training');
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  }
}
