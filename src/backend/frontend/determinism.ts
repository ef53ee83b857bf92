/** `tf.enableDeterminism`: the same program gives the same bits. */
import { enableOpDeterminism } from '../../native/index.ts';
import { requireSeeds } from './random/seeds.ts';

/**
 * Makes operations deterministic, as `tf.config.experimental.enable_op_determinism` in Python: the same inputs on the
 * same hardware give the same bits. Where TensorFlow knows no deterministic way, the operation fails with
 * `TFD_OP_UNIMPLEMENTED`. Random numbers need a seed from now on: `tf.setRandomSeed`, or one given to the operation;
 * without one they are an error, `TFD_RANDOM_UNSEEDED`. Call both at the start of the program:
 *
 * ```ts
 * tf.setRandomSeed(1);
 * tf.enableDeterminism();
 * ```
 *
 * Then two runs train to equal weights, with dropout, shuffling and several threads, provided that the hardware, the
 * number of threads and of workers, and the versions of TensorFlow and of this package are the same. It cannot be
 * switched off again, and can make operations slower, above all on GPUs.
 *
 * It does not reach what happens in JavaScript outside of this package: `Math.random()`, the order in which promises
 * settle, and `shuffle()` of TF.js's `tf.data`, to which a seed must be given. Functions that were compiled before and
 * draw random numbers go on with the stream that they had.
 *
 * @throws EnvironmentError `TFD_CXX_MISSING` where the version of TensorFlow has no such switch.
 */
export function enableDeterminism(): void {
  enableOpDeterminism();
  requireSeeds();
}
