/** Trains in float16. The gradients of one worker overflow in one step: all leave it out. */
import * as tf from '../../src/index.ts';

const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
tf.setRandomSeed(7);
tf.mixedPrecision.setGlobalPolicy('mixed_float16');
const model = strategy.scope(() => {
  const network = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [3], units: 8, activation: 'tanh' }),
      tf.layers.dense({ units: 1, dtype: 'float32' }),
    ],
  });
  network.compile({ optimizer: tf.train.sgd(0.05), loss: 'meanSquaredError' });
  return network;
});

const batch = 8;
const x = tf.tensor2d(
  Array.from({ length: batch * 3 }, (_, index) => Math.sin(index)),
  [batch, 3],
);
const y = x.sum(1, true).mul(0.25);
// The first half of the batch is the first worker's.
const spoilt = tf.concat([y.slice([0], [batch / 2]), tf.fill([batch / 2, 1], 1e6)]);
const losses: number[] = [];
for (let step = 0; step < 16; step++) {
  const loss = (await model.trainOnBatch(x, step === 5 ? spoilt : y)) as number;
  if (step !== 5) losses.push(loss);
}
const weights = model.getWeights().flatMap((weight) => Array.from(weight.dataSync()));
const { optimizer } = model;
if (!(optimizer instanceof tf.train.LossScaleOptimizer)) throw new TypeError(optimizer.getClassName());
const { iterations, dynamicScale: scale } = optimizer;
console.log(`RESULT ${JSON.stringify({ rank: strategy.rank, losses, weights, iterations, scale })}`);
await strategy.close();
