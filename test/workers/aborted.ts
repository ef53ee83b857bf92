/** Trains until the second worker aborts its own signal; both print how it ended, and train on. */
import * as tf from '../../src/index.ts';

tf.setRandomSeed(1);
const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
const model = strategy.scope(() => {
  const network = tf.sequential({ layers: [tf.layers.dense({ inputShape: [4], units: 1 })] });
  network.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return network;
});
const [x, y] = [tf.ones([64, 4]), tf.ones([64, 1])];
const controller = new AbortController();
const { signal } = controller;
let numSteps = 0;
const onBatchEnd = (): void => {
  numSteps += 1;
  if (numSteps === 20 && strategy.rank === 1) controller.abort(new RangeError('enough'));
};
const nameOf = (error: unknown): string => (error as Error).name;
const fit = await model
  .fit(x, y, { batchSize: 8, epochs: 1e6, verbose: 0, callbacks: { onBatchEnd }, signal })
  .then(() => 'done', nameOf);
const evaluate = await model.evaluateAsync(x, y, { signal }).then(() => 'done', nameOf);
const refit = await model.fit(x, y, { batchSize: 8, verbose: 0, signal }).then(() => 'done', nameOf);
const { epoch } = await model.fit(x, y, { batchSize: 8, verbose: 0 });
console.log(`RESULT ${JSON.stringify({ fit, evaluate, refit, numSteps, numEpochs: epoch.length })}`);
await strategy.close();
