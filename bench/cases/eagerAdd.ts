/** Microseconds of one eager `tf.add` of two small tensors, its result's disposal included. */
import * as tf from 'tfjs-distribute';
import { median, report, timesMs } from './measure.ts';

const numAdds = 20_000;
const a = tf.tensor1d([1, 2, 3, 4]);
const b = tf.tensor1d([5, 6, 7, 8]);

function loop(): void {
  for (let i = 0; i < numAdds; i++) tf.add(a, b).dispose();
}

loop();
report({ value: (1000 * median(await timesMs(loop))) / numAdds });
