/** What can be wrong with how a model is used, beside its data. */
import { DistributeError, UserError } from '../../base/errors.ts';

/** Runs `fn`; what TF.js finds wrong becomes an error of ours. */
export function explainCompile<T>(fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    if (error instanceof DistributeError) throw error;
    throw new UserError({
      code: 'TFD_COMPILE',
      rule: 'compile() takes a loss and metrics that exist, or functions, for the outputs that the model has.',
      received: error instanceof Error ? error.message : String(error),
      remedy:
        'Use a name such as "categoricalCrossentropy" or "meanSquaredError", or a function of targets and outputs.',
      cause: error,
    });
  }
}

export function notCompiled(method: string): UserError {
  return new UserError({
    code: 'TFD_NOT_COMPILED',
    rule: 'A model needs a loss and an optimizer before it is trained or evaluated.',
    received: `${method}() on a model that has not been compiled`,
    remedy: "Call model.compile({ optimizer: 'adam', loss: 'meanSquaredError' }) first, with your own choices.",
  });
}

export function alreadyTraining(): UserError {
  return new UserError({
    code: 'TFD_FIT_RUNNING',
    rule: 'A model is trained by one call of fit at a time.',
    received: 'a call of fit() while another one goes on',
    remedy: 'Await the first call before the next.',
  });
}

export function statefulModel(): UserError {
  return new UserError({
    code: 'TFD_STATEFUL_MODEL',
    rule: 'Training is compiled, and layers that keep a state from batch to batch are not supported in it.',
    received: 'a model with a layer made with { stateful: true }',
    remedy: 'Leave `stateful` out, and feed whole sequences.',
  });
}

export function notDistributed(): UserError {
  return new UserError({
    code: 'TFD_OPTIMIZER_NOT_DISTRIBUTED',
    rule: 'With several replicas, the optimizer must apply the mean of all gradients, as those of this package do.',
    received: 'an optimizer of another kind',
    remedy: 'Use tf.train.adam() or another one of ours, or a subclass of FusedOptimizer.',
  });
}

export function datasetNotDistributed(): UserError {
  return new UserError({
    code: 'TFD_FIT_DATASET',
    rule: 'fitDataset() trains one replica: it does not share the batches out.',
    received: 'a model under a strategy of several replicas',
    remedy: 'Use fit() with tensors.',
  });
}
