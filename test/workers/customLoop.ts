/** A training loop of one's own: a step on every replica, and their losses made one. */
import * as tf from '../../src/index.ts';

const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
const weight = strategy.scope(() => tf.variable(tf.scalar(strategy.rank), true, 'weight'));
const optimizer = tf.train.sgd(0.1);
const step = (x: tf.Tensor1D, y: tf.Tensor1D): tf.Scalar =>
  optimizer.minimize(() => tf.losses.meanSquaredError(y, x.mul(weight)), true) as tf.Scalar;

// Replica r learns from the point (r + 1, 3 (r + 1)).
const x = tf.tensor1d([strategy.rank + 1]);
const y = tf.tensor1d([3 * (strategy.rank + 1)]);
const losses: number[] = [];
for (let i = 0; i < 20; i++) {
  const loss = await strategy.run(step, [x, y]);
  const mean = await strategy.reduce('mean', loss);
  losses.push(mean.dataSync()[0] as number);
}
console.log(`RESULT ${JSON.stringify({ rank: strategy.rank, losses, weight: weight.dataSync()[0] })}`);
await strategy.close();
