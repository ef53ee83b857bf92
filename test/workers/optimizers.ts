/** Trains with everything that an optimizer can be told: schedule with warm-up, accumulation, averages, clipping. */
import * as tf from '../../src/index.ts';

const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
tf.setRandomSeed(strategy.isChief ? 5 : 1000 + strategy.rank);
const { schedules } = tf.train;
const optimizer = tf.train.lamb({
  learningRate: schedules.linearScaling({
    learningRate: schedules.cosineDecay({ initialLearningRate: 0.02, decaySteps: 30 }),
    batchSize: 512,
    warmupSteps: 6,
  }),
  weightDecay: 0.01,
  globalClipNorm: 1,
  gradientAccumulationSteps: 2,
  useEma: true,
  emaMomentum: 0.8,
  emaOverwriteFrequency: 5,
});
const model = strategy.scope(() => {
  const network = tf.sequential({
    layers: [tf.layers.dense({ inputShape: [3], units: 8, activation: 'tanh' }), tf.layers.dense({ units: 1 })],
  });
  network.compile({ optimizer, loss: 'meanSquaredError' });
  return network;
});

// 20 samples in batches of 8: the last batch of an epoch is smaller, and traced by itself.
const x = tf.tensor2d(
  Array.from({ length: 60 }, (_, index) => Math.sin(index)),
  [20, 3],
);
const y = x.sum(1, true);
const { history } = await model.fit(x, y, { batchSize: 8, epochs: 10, seed: 3, verbose: 0 });
optimizer.finalizeVariableValues();
const weights = model.getWeights().flatMap((weight) => Array.from(weight.dataSync()));
const { iterations, learningRate } = optimizer;
console.log(
  `RESULT ${JSON.stringify({ rank: strategy.rank, losses: history['loss'], weights, iterations, learningRate })}`,
);
await strategy.close();
