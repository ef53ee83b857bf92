/** What `fit` can be told, and the checks of it. */
import type { ModelEvaluateArgs, ModelFitArgs } from '@tensorflow/tfjs-layers';
import { UserError } from '../../base/errors.ts';

export const defaultBatchSize = 32;

export type Verbosity = 0 | 1 | 2;

/** TF.js's arguments of `fit`, and ours. */
export interface FitArgs extends Omit<ModelFitArgs, 'verbose'> {
  /** 0: silent; 1: a line that is redrawn, or plain lines where there is no terminal; 2: a line an epoch. Default: 1. */
  verbose?: ModelFitArgs['verbose'] | Verbosity;
  /**
   * Samples in a step, over all replicas together: each of N replicas takes a contiguous N-th of every batch, so that
   * the same seed and batch size give the same loss curve on 1 and on N replicas. Default: 32.
   */
  batchSize?: number;
  /** Seed of the order of the samples. Default: drawn by the chief, from `tf.setRandomSeed` where that was called. */
  seed?: number;
  /**
   * Ends the training after the step in flight: `fit` rejects with the signal's reason. The model keeps the weights of
   * that step and can be trained on; `model.history` holds the epochs that were completed. On several workers, all end
   * after the same step as soon as the signal of one is aborted, the others with an `AbortError`.
   */
  signal?: AbortSignal;
  /** Where the progress is shown. Default: standard output. */
  progressStream?: NodeJS.WriteStream | NodeJS.WritableStream;
}

/** Arguments of `evaluateAsync`: TF.js's, and ours. */
export interface EvaluateArgs extends ModelEvaluateArgs {
  /** Ends it after the batch in flight, on all workers: the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}

/** Arguments of `predictAsync`. */
export interface PredictArgs {
  /** Samples at a time. Default: 32. */
  batchSize?: number;
  /** Ends it after the batch in flight: the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}

/** @throws UserError where an argument is out of its range. */
export function checkFitArgs({ batchSize, epochs, initialEpoch, validationSplit, stepsPerEpoch }: FitArgs): void {
  checkBatchSize(batchSize);
  checkCount('epochs', epochs);
  checkCount('initialEpoch', initialEpoch);
  checkCount('stepsPerEpoch', stepsPerEpoch, 1);
  if (validationSplit !== undefined && !(validationSplit >= 0 && validationSplit < 1)) {
    throw wrongArgument('validationSplit is a number from 0 to 1, 1 itself excluded.', validationSplit);
  }
}

/** @throws UserError `TFD_BATCH_SIZE` where it is not a positive integer. */
export function checkBatchSize(batchSize: number | undefined): void {
  if (batchSize === undefined || (Number.isInteger(batchSize) && batchSize > 0)) return;
  throw new UserError({
    code: 'TFD_BATCH_SIZE',
    rule: 'The batch size is a whole number of samples, 1 or more; it counts the samples of all replicas together.',
    received: String(batchSize),
    remedy: 'Pass for example { batchSize: 32 }, or leave it out for 32.',
  });
}

/** @throws UserError `TFD_TOO_FEW_BATCHES` where a worker would have no sample in any step. */
export function checkEnoughSamples(numSamples: number, batchSize: number, numWorkers: number): void {
  if (Math.min(numSamples, batchSize) >= numWorkers) return;
  throw new UserError({
    code: 'TFD_TOO_FEW_BATCHES',
    rule: 'There cannot be more workers than the data has batches to give them: each needs a share of every step.',
    received: `${numWorkers} workers, ${numSamples} samples, a batch size of ${batchSize} over all workers`,
    remedy: `Use at most ${Math.min(numSamples, batchSize)} workers, or more samples and a larger batch size.`,
  });
}

function checkCount(name: string, value: number | undefined, least = 0): void {
  if (value == null || (Number.isInteger(value) && value >= least)) return;
  throw wrongArgument(`${name} is a whole number, ${least} or more.`, value);
}

function wrongArgument(rule: string, received: unknown): UserError {
  return new UserError({
    code: 'TFD_FIT_ARGS',
    rule,
    received: String(received),
    remedy: 'Correct the argument of fit, or leave it out.',
  });
}
