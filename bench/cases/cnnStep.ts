/** Milliseconds of one compiled training step, called as a training loop calls it. */
import * as tf from '../../src/index.ts';
import { learningRate, lossOf, makeBatch, makeModel, numBatches } from './cnn.ts';
import { median, report, timesMs } from './measure.ts';

const warmUpSteps = 20;

const model = makeModel();
const optimizer = tf.train.sgd(learningRate);
const step = tf.function(
  (images: tf.Tensor, labels: tf.Tensor) => optimizer.minimize(() => lossOf(model, images, labels), true),
  { name: 'step' },
);
const batches = Array.from({ length: numBatches }, (_, index) => makeBatch(index));
let numSteps = 0;

async function train(): Promise<tf.Scalar> {
  const [images, labels] = batches[numSteps++ % numBatches] as [tf.Tensor, tf.Tensor];
  return (await step(images, labels)) as tf.Scalar;
}

const losses: number[] = [];
for (let i = 0; i < warmUpSteps; i++) {
  const loss = await train();
  losses.push((await loss.data())[0] as number);
  loss.dispose();
}
const times = await timesMs(async () => (await train()).dispose());
report({ value: median(times), proof: { parameters: model.countParams(), losses } });
