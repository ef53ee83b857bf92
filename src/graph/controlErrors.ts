/** The errors of control flow that depends on values. */
import { engine } from '@tensorflow/tfjs-core';
import { UserError } from '../base/errors.ts';
import { userFrame } from '../base/userFrame.ts';

const here = (): string => userFrame() ?? 'an unknown line';

/** Throws where TF.js records what happens for a gradient: it would not see into the branches. */
export function refuseGradient(what: string): void {
  const { gradientDepth, kernelDepth } = engine().state;
  if (gradientDepth === 0 || kernelDepth > 0) return;
  throw new UserError({
    code: 'TFD_CONTROL_GRADIENT',
    rule: `Inside a compiled function, no gradient goes through ${what} yet.`,
    received: `${what} at ${here()}, inside of tf.grad() or an optimizer's minimize()`,
    remedy: 'Compute both sides and choose by tf.where(), write the loop in JavaScript, or take the gradient inside.',
  });
}

export function differentBranches(whenTrue: string, whenFalse: string): UserError {
  return new UserError({
    code: 'TFD_COND_RESULTS',
    rule: 'Both functions of tf.cond() must return the same structure, with the same shapes, dtypes and plain values.',
    received: `${describe(whenTrue)} and ${describe(whenFalse)} at ${here()}`,
    remedy: 'Cast, reshape or pad one of the results.',
  });
}

export function differentState(before: string, after: string): UserError {
  return new UserError({
    code: 'TFD_WHILE_STATE',
    rule: 'The body of tf.whileLoop() must return the state as it was: same structure, shapes, dtypes and plain values.',
    received: `${describe(after)} after ${describe(before)} at ${here()}`,
    remedy: 'Start with tensors of the shapes and dtypes that the body gives.',
  });
}

const describe = (key: string): string => (key === '' ? 'nothing' : key);
