/** Trains; one worker dies in the way that its arguments say, after some steps. */
import * as tf from '../../src/index.ts';

const [way, atStep = '5'] = process.argv.slice(2);
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
      if (numSteps !== Number(atStep) || strategy.rank !== 1) return;
      if (way === 'kill') process.kill(process.pid, 'SIGKILL');
      if (way === 'exit') process.exit(3);
      throw new RangeError('this worker gives up');
    },
  },
});
