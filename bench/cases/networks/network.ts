/** What a benchmark trains: a network with its loss, and batches for it; the peers make the same in Python. */
import type * as tf from 'tfjs-distribute';

export interface Network {
  /** Trainable numbers. */
  readonly numParameters: number;
  readonly batchSize: number;
  makeBatch(index: number): Batch;
  /** Mean softmax cross-entropy, in training. */
  lossOf(...batch: Batch): tf.Scalar;
}

export type Batch = [inputs: tf.Tensor, labels: tf.Tensor];

/** Batches in memory, taken in turn. */
export const numBatches = 8;
export const learningRate = 0.01;
