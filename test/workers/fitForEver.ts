/** Trains a small network on all workers until something ends it. */
import * as tf from '../../src/index.ts';

/** @param onStep - Called after each step, with the number of steps so far and this worker's rank. */
export async function fitForEver(onStep: (numSteps: number, rank: number) => void): Promise<void> {
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
        onStep(numSteps, strategy.rank);
      },
    },
  });
}
