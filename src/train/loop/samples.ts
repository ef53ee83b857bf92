/** The data of a `fit` or an evaluation, checked against the model. */
import { Tensor } from '@tensorflow/tfjs-core';
import type { ModelFitArgs } from '@tensorflow/tfjs-layers';
import { DistributeError, UserError } from '../../base/errors.ts';
import type { Batch, Data, ModelInternals } from '../models/internals.ts';

/** Data on the device. Owns the tensors that were made of the caller's, until `dispose`. */
export interface Samples {
  readonly tensors: Batch;
  readonly numSamples: number;
  dispose(): void;
}

interface SampleOptions extends Pick<ModelFitArgs, 'classWeight' | 'sampleWeight'> {
  readonly batchSize: number;
}

/**
 * The data in the order and ranks that the model takes.
 *
 * @throws UserError `TFD_FIT_LENGTHS` where inputs and targets are not equally many; `TFD_FIT_DATA` where they do not fit
 *   the model in another way.
 */
export async function prepareSamples(
  model: ModelInternals,
  x: Data,
  y: Data,
  options: SampleOptions,
): Promise<Samples> {
  const given = new Set([...list(x), ...list(y)]);
  const numSamples = countSamples(x, y);
  const { batchSize, classWeight, sampleWeight } = options;
  const [inputs, targets, weights] = await explained(() =>
    model.standardizeUserData(x, y, sampleWeight, classWeight, false, batchSize),
  );
  const tensors = [...inputs, ...targets, ...(weights ?? [])];
  return {
    tensors,
    numSamples,
    dispose: () => {
      for (const tensor of tensors) if (tensor !== null && !given.has(tensor)) tensor.dispose();
    },
  };
}

function countSamples(x: Data, y: Data): number {
  const inputs = list(x).map(numRows);
  const targets = list(y).map(numRows);
  const [count = 0] = inputs;
  if (count > 0 && [...inputs, ...targets].every((each) => each === count)) return count;
  throw new UserError({
    code: 'TFD_FIT_LENGTHS',
    rule: 'Inputs and targets hold one row a sample, so that their first dimensions are equal, and not 0.',
    received: `${inputs.join(', ')} rows of inputs and ${targets.join(', ')} rows of targets`,
    remedy: 'Give every sample its target.',
  });
}

/** A scalar has none. */
function numRows({ rank, shape }: Tensor): number {
  return rank === 0 ? 0 : shape[0];
}

function list(data: Data): Tensor[] {
  if (data instanceof Tensor) return [data];
  return Array.isArray(data) ? data : Object.values(data);
}

/** Runs `fn`; what TF.js finds wrong with the data becomes an error of ours. */
async function explained<T>(fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (error) {
    if (error instanceof DistributeError) throw error;
    throw new UserError({
      code: 'TFD_FIT_DATA',
      rule: 'The data must have the shapes and the number of inputs and outputs that the model states.',
      received: error instanceof Error ? error.message : String(error),
      remedy: 'Compare the shapes of the data with what model.summary() prints.',
      cause: error,
    });
  }
}
