/** What can be wrong when a model is written as a SavedModel. */
import { UserError } from '../../base/errors.ts';

export function fixedBatch(received: string): UserError {
  return new UserError({
    code: 'TFD_SAVED_MODEL_BATCH',
    rule: 'A model is saved for batches of any size where the same operations run for each size.',
    received,
    remedy: 'Name one size: exportSavedModel(model, folder, { batchSize: 1 }).',
  });
}

export function unknownShape(input: string, shape: readonly (number | null)[]): UserError {
  return new UserError({
    code: 'TFD_SAVED_MODEL_SHAPE',
    rule: 'A model is saved where each dimension of its inputs is known, besides the number of samples.',
    received: `${input} of shape [${shape.map((size) => size ?? '?').join(', ')}]`,
    remedy: 'Make the model with a fixed inputShape, and give it the weights.',
  });
}

export function foreignTensors(numTensors: number): UserError {
  return new UserError({
    code: 'TFD_SAVED_MODEL_TENSORS',
    rule: 'A model that is saved uses its inputs and its own weights only.',
    received: `a model with a layer that uses ${numTensors} other tensor(s) or variable(s)`,
    remedy: 'Make those variables weights of the layer (addWeight), or constants inside of its call().',
  });
}
