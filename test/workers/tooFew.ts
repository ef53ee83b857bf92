/** Asks two workers to share one sample. */
import * as tf from '../../src/index.ts';

const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
const model = strategy.scope(() => {
  const network = tf.sequential({ layers: [tf.layers.dense({ inputShape: [1], units: 1 })] });
  network.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return network;
});
await model.fit(tf.ones([1, 1]), tf.ones([1, 1]), { batchSize: 1 });
