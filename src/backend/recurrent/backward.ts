/** The gradient of a recurrent layer's steps: backpropagation through time (Werbos, 1990). */
import type { Value } from '../../tensor/index.ts';
import { ints, op } from '../kernel.ts';
import { mul, sumOf } from './cell.ts';
import { orderOf, weightsOf, type Tape } from './forward.ts';
import type { Recurrence } from './recurrence.ts';
import { apart, at, groupsOf, masksOf, together } from './rows.ts';

/** A gradient; undefined is zero. */
type Gradient = Value | undefined;

/**
 * @param dy - The gradient with respect to what `recur` gives.
 * @param used - The values whose numbers the tape holds.
 * @returns The gradients with respect to the gates, the states, the kernels and the bias, as far as there is one.
 */
export function backward(recurrence: Recurrence, dy: Value, tape: Tape, used: readonly Value[]): Value[] {
  const { cell, gates, kernels, bias, returnSequences, returnStates } = recurrence;
  const { rows, steps } = tape;
  const valueOf = (number: number): Value => used[number] as Value;
  const weights = weightsOf(recurrence, tape.weights.map(valueOf));
  const factors = tape.dropout === undefined ? undefined : groupsOf(rows, valueOf(tape.dropout));
  const masks = tape.mask === undefined ? undefined : masksOf(rows, valueOf(tape.mask));
  const order = orderOf(recurrence);
  const numOutputs = returnSequences ? order.length : 1;
  const dRows = apart(rows, dy);

  const dGates: Value[] = [];
  const products = kernels.map(() => ({ left: [] as Value[], gradient: [] as Value[] }));
  const dFirst = recurrence.states.map(() => [] as Value[]);
  steps.forEach((groupSteps, group) => {
    const dOutput = (index: number): Gradient => dRows[at(rows, index, group)];
    let dStates = recurrence.states.map((_, which): Gradient => {
      if (which === 0) return dOutput(numOutputs - 1);
      return returnStates ? dOutput(numOutputs + which - 1) : undefined;
    });
    const factor = factors?.[group];
    for (let index = order.length - 1; index >= 0; index--) {
      const number = at(rows, order[index] as number, group);
      const { states, dropped, kept } = groupSteps[index] as Tape['steps'][number][number];
      const [taken, passed] = divide(masks?.[number], dStates);
      const before = { states: states.map(valueOf), dropped: valueOf(dropped) };
      const gradient = cell.gradient(before, weights, kept.map(valueOf), taken as [Value, ...Gradient[]]);
      const dDropped = factor === undefined ? gradient.dropped : mul(gradient.dropped, factor);
      const [first, ...rest] = gradient.states.map((state, which) => [state, passed[which]]);
      const dBefore = returnSequences && index > 0 ? dOutput(index - 1) : undefined;
      dStates = [[...(first ?? []), dDropped, dBefore], ...rest].map(sumOf);
      dGates[number] = gradient.gates;
      gradient.products.forEach((product, which) => {
        const { left = [], gradient: list = [] } = products[which] ?? {};
        [left[number], list[number]] = [product.left, product.gradient];
      });
    }
    dStates.forEach((dState, which) => dFirst[which]?.push(dState as Value));
  });

  const allGates = together(dGates);
  const gradients = products.map(({ gradient }) => (gradient[0] === dGates[0] ? allGates : together(gradient)));
  return [
    op('Reshape', [allGates, ints(gates.shape)]),
    ...dFirst.map(together),
    ...products.map(({ left }, which) =>
      op('MatMul', [together(left), gradients[which] as Value], { transpose_a: true }),
    ),
    ...(bias === undefined ? [] : [op('BiasAddGrad', [gradients[0] as Value])]),
  ];
}

/** Where the mask is true a gradient goes through the step, elsewhere past it. */
function divide(mask: Value | undefined, gradients: readonly Gradient[]): [taken: Gradient[], passed: Gradient[]] {
  if (mask === undefined) return [[...gradients], gradients.map(() => undefined)];
  const parts = gradients.map((gradient) => {
    if (gradient === undefined) return [undefined, undefined] as const;
    const zero = op('ZerosLike', [gradient]);
    return [op('SelectV2', [mask, gradient, zero]), op('SelectV2', [mask, zero, gradient])] as const;
  });
  return [parts.map(([taken]) => taken), parts.map(([, passed]) => passed)];
}
