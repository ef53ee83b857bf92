/** Collectives as operations of TF.js: what they communicate, and what their gradient is. */
import { engine, registerGradient, type GradFunc, type NamedAttrMap, type Tensor } from '@tensorflow/tfjs-core';
import { InternalError, UserError } from '../base/errors.ts';
import { kernel, withShape } from '../backend/index.ts';
import type { Value } from '../tensor/index.ts';

/** One call of a collective. */
interface Call {
  readonly forward: (value: Value) => Value | undefined;
  /** Shape of the result; default: that of the input. */
  readonly shape?: readonly number[];
  readonly gradient: (dy: Tensor) => Tensor;
}

const kernelName = 'Collective';

/** The result of a collective on `value`, on TF.js's tape. */
export function collective<T extends Tensor>(value: T, call: Call): T {
  // TF.js hands attributes through as they are, though its type knows plain ones only.
  const attributes = { shape: value.shape, ...call } as unknown as NamedAttrMap;
  return engine().runKernel<T>(kernelName, { value }, attributes);
}

/** The error for a gradient that does not exist. */
export function withoutGradient(what: string): UserError {
  return new UserError({
    code: 'TFD_COLLECTIVE_GRADIENT',
    rule: `There is no gradient of ${what}.`,
    remedy: 'Use sum or mean, or keep the operation out of the function whose gradient is taken.',
  });
}

kernel<{ value: Tensor }, Required<Call>>(kernelName, ({ value }, { forward, shape }) => {
  const result = forward(value);
  if (result === undefined) throw new InternalError('A collective has no result.');
  return withShape(result, shape);
});

registerGradient({
  kernelName,
  gradFunc: ((dy: Tensor, _: Tensor[], { gradient }: Call) => ({ value: () => gradient(dy) })) as unknown as GradFunc,
});
