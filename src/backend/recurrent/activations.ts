/** The activations that recurrent layers compute here, with their gradients in terms of the output. */
import type { Value } from '../../tensor/index.ts';
import { op, scalar } from '../kernel.ts';

/** An activation of a layer. */
export interface Activation {
  readonly of: (x: Value) => Value;
  /** The gradient with respect to the input, from the output and its gradient. */
  readonly gradient: (y: Value, dy: Value) => Value;
}

/** By TF.js's name. */
export const activations: ReadonlyMap<string, Activation> = new Map(
  Object.entries({
    linear: { of: (x) => x, gradient: (_, dy) => dy },
    relu: { of: (x) => op('Relu', [x]), gradient: (y, dy) => op('ReluGrad', [dy, y]) },
    sigmoid: { of: (x) => op('Sigmoid', [x]), gradient: (y, dy) => op('SigmoidGrad', [y, dy]) },
    tanh: { of: (x) => op('Tanh', [x]), gradient: (y, dy) => op('TanhGrad', [y, dy]) },
    // min(max(0.2 x + 0.5, 0), 1), which is a sixth of Relu6: its gradient passes where 0 < y < 1.
    hardSigmoid: {
      of: (x) => op('ClipByValue', [op('AddV2', [op('Mul', [x, scalar(0.2)]), scalar(0.5)]), scalar(0), scalar(1)]),
      gradient: (y, dy) => op('Mul', [op('Relu6Grad', [dy, op('Mul', [y, scalar(6)])]), scalar(0.2)]),
    },
  } satisfies Record<string, Activation>),
);
