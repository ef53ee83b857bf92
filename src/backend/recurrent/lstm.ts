/** A step of an LSTM (Hochreiter and Schmidhuber, 1997), with the gates in Keras's order: input, forget, cell, output. */
import type { Value } from '../../tensor/index.ts';
import type { Activation } from './activations.ts';
import { add, joined, matMul, matMulTransposed, mul, parts, sumOf, type Cell } from './cell.ts';

/** @param activation - Of the cell and the output. @param recurrent - Of the gates. */
export function lstm(activation: Activation, recurrent: Activation): Cell {
  return {
    step(gates, { states: [, before], dropped }, { kernels: [kernel] }) {
      const [i, f, g, o] = parts(add(matMul(dropped, kernel as Value), gates), 4) as [Value, Value, Value, Value];
      const [input, forget, output] = [recurrent.of(i), recurrent.of(f), recurrent.of(o)];
      const candidate = activation.of(g);
      const cell = add(mul(forget, before as Value), mul(input, candidate));
      const shown = activation.of(cell);
      return { states: [mul(output, shown), cell], kept: [input, forget, candidate, output, shown] };
    },
    gradient({ states: [, before], dropped }, { kernels: [kernel] }, kept, [dOutput, dLater]) {
      const [input, forget, candidate, output, shown] = kept as [Value, Value, Value, Value, Value];
      const dCell = sumOf([activation.gradient(shown, mul(dOutput, output)), dLater]) as Value;
      const gates = joined([
        recurrent.gradient(input, mul(dCell, candidate)),
        recurrent.gradient(forget, mul(dCell, before as Value)),
        activation.gradient(candidate, mul(dCell, input)),
        recurrent.gradient(output, mul(dOutput, shown)),
      ]);
      return {
        gates,
        states: [undefined, mul(dCell, forget)],
        dropped: matMulTransposed(gates, kernel as Value),
        products: [{ left: dropped, gradient: gates }],
      };
    },
  };
}
