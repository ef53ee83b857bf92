/** Trains until it is interrupted, and prints how many steps it took. */
import * as tf from '../../src/index.ts';

const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
const model = strategy.scope(() => {
  const network = tf.sequential({ layers: [tf.layers.dense({ inputShape: [8], units: 1 })] });
  network.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return network;
});
let numSteps = 0;
await model.fit(tf.ones([64, 8]), tf.ones([64, 1]), {
  batchSize: 8,
  epochs: 1_000_000,
  verbose: 0,
  callbacks: {
    onBatchEnd: () => {
      numSteps += 1;
      if (numSteps === 20) console.log('training');
    },
  },
});
console.log(`RESULT ${JSON.stringify({ numSteps })}`);
