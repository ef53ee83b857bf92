/**
 * All steps of a recurrent layer and their gradient, as one operation for TF.js's tape. The batch is taken apart into
 * groups of rows that do not depend on each other, and the gradient of the weights is one product for all steps.
 */
import { customGrad, type GradSaveFunc, type Tensor } from '@tensorflow/tfjs-core';
import { scoped, toTensor, toValue } from '../kernel.ts';
import { backward } from './backward.ts';
import type { Cell } from './cell.ts';
import { forward } from './forward.ts';

/** What a recurrent layer computes. Tensors are float32, except for the mask. */
export interface Recurrence {
  readonly cell: Cell;
  /** `[time, batch, gates * units]`: what the inputs add to the gates. */
  readonly gates: Tensor;
  /** `[batch, units]` each; the first one is the output of the step before. */
  readonly states: readonly Tensor[];
  /** The weights that act on the state, as the cell wants them. */
  readonly kernels: readonly Tensor[];
  readonly bias: Tensor | undefined;
  /** `[batch, units]`: factors of the first state at all steps. */
  readonly dropout: Tensor | undefined;
  /** `[batch, time, 1]`, bool: where it is false the states stay as they are. */
  readonly mask: Tensor | undefined;
  readonly goBackwards: boolean;
  /** Whether to give the outputs of all steps, in the order of computing, or of the last one. */
  readonly returnSequences: boolean;
  /** Whether to give the states after the last step, other than the output. */
  readonly returnStates: boolean;
}

/**
 * Computes all steps.
 *
 * @returns `[n, batch, units]`: the outputs that are wanted, then the other states if they are.
 */
export function recur(recurrence: Recurrence): Tensor {
  const { gates, states, kernels, bias } = recurrence;
  const compute: Parameters<typeof customGrad>[0] = (...args) => {
    const save = args.at(-1) as unknown as GradSaveFunc;
    return scoped(() => {
      const { output, tape, used } = forward(recurrence);
      save(used.map(toTensor));
      return {
        value: toTensor(output),
        gradFunc: (dy: Tensor, saved: Tensor[]) =>
          scoped(() => {
            const values = saved.map((tensor) => toValue(tensor));
            return backward(recurrence, toValue(dy), tape, values).map(toTensor);
          }),
      };
    });
  };
  return customGrad(compute)(gates, ...states, ...kernels, ...(bias === undefined ? [] : [bias]));
}
