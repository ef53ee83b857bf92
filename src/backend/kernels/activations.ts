/** Activation functions with parameters, and kernels that only gradients use. */
import type {
  ClipByValueAttrs,
  ClipByValueInputs,
  EluGradInputs,
  LeakyReluAttrs,
  LeakyReluInputs,
  PreluInputs,
  StepAttrs,
  StepInputs,
} from '@tensorflow/tfjs-core';
import type { Value } from '../../tensor/index.ts';
import { kernel, op, scalar } from '../kernel.ts';
import { toFloat } from './dtypes.ts';

kernel<LeakyReluInputs, LeakyReluAttrs>('LeakyRelu', ({ x }, { alpha }) => leakyRelu(x, alpha));
kernel<PreluInputs>('Prelu', ({ x, alpha }) => prelu(x, alpha));
kernel<EluGradInputs>('EluGrad', ({ dy, y }) => op('EluGrad', [dy, y]));

kernel<ClipByValueInputs, ClipByValueAttrs>('ClipByValue', ({ x }, { clipValueMin, clipValueMax }) =>
  op('ClipByValue', [x, scalar(clipValueMin, x.dtype), scalar(clipValueMax, x.dtype)]),
);

kernel<StepInputs, StepAttrs>('Step', ({ x }, { alpha }) => {
  // 1 above 0, and NaN where x is NaN.
  const step = op('Sign', [op('Relu', [x])]);
  if (alpha === 0) return step;
  return op('SelectV2', [op('LessEqual', [x, scalar(0, x.dtype)]), scalar(alpha, x.dtype), step]);
});

/** `x`, and `alpha * x` below 0. */
export function leakyRelu(x: Value, alpha: number): Value {
  return op('LeakyRelu', [toFloat(x)], { alpha: { float: alpha } });
}

/** `x`, and `alpha * x` below 0, with one alpha for each element or a shape that broadcasts to x's. */
export function prelu(x: Value, alpha: Value): Value {
  const input = toFloat(x);
  return op('SelectV2', [op('Less', [input, scalar(0, input.dtype)]), op('Mul', [alpha, input]), input]);
}
