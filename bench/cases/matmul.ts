/** Billions of arithmetic operations a second of one large product of matrices: what this machine can do. */
import * as tf from 'tfjs-distribute';
import { median, report, timesMs } from './measure.ts';

const size = 2048;

const [a, b] = [tf.randomUniform([size, size]), tf.randomUniform([size, size])];
const multiply = tf.function((x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y));
const run = async (): Promise<void> => {
  (await multiply(a, b)).dispose();
};

for (let i = 0; i < 5; i++) await run();
report({ value: (2 * size ** 3) / (1e6 * median(await timesMs(run))) });
