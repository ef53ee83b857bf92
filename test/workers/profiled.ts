/** A profile of some steps on every worker, in the folder that the first argument names. */
import * as tf from '../../src/index.ts';

const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
const weight = strategy.scope(() => tf.variable(tf.ones([8, 8])));
const optimizer = tf.train.sgd(0.1);
const step = (x: tf.Tensor2D): tf.Scalar =>
  optimizer.minimize(
    () =>
      x
        .matMul(weight as tf.Tensor2D)
        .square()
        .mean(),
    true,
  ) as tf.Scalar;

const x = tf.ones<tf.Rank.R2>([4, 8]);
await strategy.run(step, [x]);
const { traceFile } = await tf.profile(process.argv[2] as string, async () => {
  for (let i = 0; i < 3; i++) await strategy.run(step, [x]);
});
console.log(`RESULT ${JSON.stringify({ rank: strategy.rank, traceFile })}`);
await strategy.close();
