/** A step of a plain recurrent network (Elman, 1990). */
import type { Value } from '../../tensor/index.ts';
import type { Activation } from './activations.ts';
import { add, matMul, matMulTransposed, type Cell } from './cell.ts';

export function simpleRnn(activation: Activation): Cell {
  return {
    step(gates, { dropped }, { kernels: [kernel] }) {
      const output = activation.of(add(matMul(dropped, kernel as Value), gates));
      return { states: [output], kept: [output] };
    },
    gradient({ dropped }, { kernels: [kernel] }, [output], [dOutput]) {
      const gates = activation.gradient(output as Value, dOutput);
      return {
        gates,
        states: [undefined],
        dropped: matMulTransposed(gates, kernel as Value),
        products: [{ left: dropped, gradient: gates }],
      };
    },
  };
}
