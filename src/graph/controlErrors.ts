/** The errors of control flow that depends on values. */
import { UserError } from '../base/errors.ts';
import { userFrame } from '../base/userFrame.ts';

const here = (): string => userFrame() ?? 'an unknown line';

/** @param line - Where `what` was called. */
export function secondDerivative(what: string, line: string | undefined): UserError {
  return new UserError({
    code: 'TFD_CONTROL_GRADIENT',
    rule: `Inside a compiled function, only first derivatives go through ${what}.`,
    received: `a gradient of a gradient through ${what} at ${line ?? 'an unknown line'}`,
    remedy:
      'Compute both sides and choose by tf.where(), write the loop in JavaScript, or do not compile the function.',
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
    remedy:
      'Start with tensors of the shapes and dtypes that the body gives, or cast in the body. An int32 tensor plus 1 is ' +
      "float32; plus tf.scalar(1, 'int32') it is int32.",
  });
}

export function wrongMaximum(received: number): UserError {
  return new UserError({
    code: 'TFD_WHILE_MAXIMUM',
    rule: 'maximumIterations of tf.whileLoop() is a whole number, 0 or more.',
    received: `${received} at ${here()}`,
    remedy: 'Leave it out where there is no limit.',
  });
}

const describe = (key: string): string => (key === '' ? 'nothing' : key);
