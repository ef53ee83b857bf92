/** `tf.train`: the functions that make optimizers, under TF.js's names, and checkpoints, as in TensorFlow. */
export { CheckpointManager, latestCheckpoint, type CheckpointManagerOptions } from '../checkpoint/index.ts';
export { Checkpoint } from './checkpointing.ts';
export {
  Adadelta,
  adadelta,
  Adagrad,
  adagrad,
  Adam,
  adam,
  Adamax,
  adamax,
  AdamW,
  adamw,
  Lamb,
  lamb,
  Lion,
  lion,
  Momentum,
  momentum,
  RMSprop,
  rmsprop,
  schedules,
  SGD,
  sgd,
  type OptimizerOptions,
} from './optimizers/index.ts';
