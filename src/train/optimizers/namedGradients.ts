/** Gradients as TF.js hands them over: by the names of variables. */
import { engine, type NamedTensorMap, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { UserError } from '../../base/errors.ts';
import type { NamedTensor } from './slots.ts';

/** Gradients by the names of their variables; null or undefined where there is none. */
export type Gradients = Record<string, Tensor | null | undefined>;

/** Both of TF.js's forms as one. */
export function byName(gradients: NamedTensorMap | NamedTensor[]): Gradients {
  if (!Array.isArray(gradients)) return gradients;
  return Object.fromEntries(gradients.map(({ name, tensor }) => [name, tensor]));
}

/** Those that exist. */
export function withoutMissing(gradients: Gradients): NamedTensorMap {
  const entries = Object.entries(gradients).filter((entry): entry is [string, Tensor] => entry[1] != null);
  return Object.fromEntries(entries);
}

/** The variable of this name. @throws UserError `TFD_OPTIMIZER_VARIABLE` where there is none. */
export function registeredVariable(name: string): Variable {
  const variable = engine().registeredVariables[name];
  if (variable !== undefined) return variable;
  throw new UserError({
    code: 'TFD_OPTIMIZER_VARIABLE',
    rule: 'Gradients are applied to variables, found by their names.',
    received: `a gradient for "${name}", which is the name of no variable that exists`,
    remedy: 'Use the names that tf.variableGrads() or optimizer.computeGradients() gives; do not dispose the variable.',
  });
}
