/** The steps of a recurrent layer. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Value } from '../../tensor/index.ts';
import { ints, op, toValue } from '../kernel.ts';
import { mul, type StateWeights } from './cell.ts';
import { numGroups } from './numGroups.ts';
import type { Recurrence } from './recurrence.ts';
import { apart, at, groupsOf, masksOf, together, type Rows } from './rows.ts';

/** What the gradient needs of the forward direction: numbers stand for values in `used`. */
export interface Tape {
  readonly rows: Rows;
  readonly weights: number[];
  readonly dropout: number | undefined;
  readonly mask: number | undefined;
  /** Of each group, in the order of computing. */
  readonly steps: { readonly states: number[]; readonly dropped: number; readonly kept: number[] }[][];
}

/** The order of computing: which step of the inputs comes when. */
export function orderOf({ gates, goBackwards }: Recurrence): number[] {
  const [numSteps] = gates.shape as [number, number, number];
  return Array.from({ length: numSteps }, (_, index) => (goBackwards ? numSteps - 1 - index : index));
}

export function weightsOf(recurrence: Recurrence, values: readonly Value[]): StateWeights {
  const numKernels = recurrence.kernels.length;
  return { kernels: values.slice(0, numKernels), bias: values[numKernels] };
}

export function forward(recurrence: Recurrence): { output: Value; tape: Tape; used: Value[] } {
  const { cell, gates, kernels, bias, mask, dropout, returnSequences, returnStates } = recurrence;
  const [numSteps, batch] = gates.shape as [number, number, number];
  const groups = numGroups(batch, numSteps);
  const rows: Rows = { groups, perGroup: batch / groups };

  const numbers = new Map<Value, number>();
  const numberOf = (value: Value): number => {
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return number;
  };
  const optional = (tensor: Tensor | undefined): Value | undefined =>
    tensor === undefined ? undefined : toValue(tensor);
  const weightValues = [...kernels, ...(bias === undefined ? [] : [bias])].map((tensor) => toValue(tensor));
  const weights = weightsOf(recurrence, weightValues);
  const [dropoutValue, maskValue] = [optional(dropout), optional(mask)];
  const factors = dropoutValue === undefined ? undefined : groupsOf(rows, dropoutValue);
  const masks = maskValue === undefined ? undefined : masksOf(rows, maskValue);
  const inputs = apart(rows, toValue(gates));
  const first = recurrence.states.map((state) => groupsOf(rows, toValue(state)));

  const outputs: Value[] = [];
  const others: Value[] = [];
  const order = orderOf(recurrence);
  const steps = Array.from({ length: groups }, (_, group) => {
    let states = first.map((state) => state[group] as Value);
    const factor = factors?.[group];
    const groupSteps = order.map((step, index) => {
      const [output] = states as [Value];
      const dropped = factor === undefined ? output : mul(output, factor);
      const { states: next, kept } = cell.step(inputs[at(rows, step, group)] as Value, { states, dropped }, weights);
      const taken = { states: states.map(numberOf), dropped: numberOf(dropped), kept: kept.map(numberOf) };
      const chosen = masks?.[at(rows, step, group)];
      states = next.map((state, which) =>
        chosen === undefined ? state : op('SelectV2', [chosen, state, states[which] as Value]),
      );
      if (returnSequences) outputs[at(rows, index, group)] = states[0] as Value;
      return taken;
    });
    if (!returnSequences) outputs[group] = states[0] as Value;
    if (returnStates) states.slice(1).forEach((state, which) => (others[at(rows, which, group)] = state));
    return groupSteps;
  });
  const units = recurrence.states[0]?.shape[1] ?? 0;
  const output = op('Reshape', [together([...outputs, ...others]), ints([-1, batch, units])]);
  const tape: Tape = {
    rows,
    weights: weightValues.map(numberOf),
    dropout: dropoutValue === undefined ? undefined : numberOf(dropoutValue),
    mask: maskValue === undefined ? undefined : numberOf(maskValue),
    steps,
  };
  return { output, tape, used: [...numbers.keys()] };
}
