/**
 * Steps of a GRU (Cho et al., 2014), with the gates in Keras's order: update, reset, new. There are two of them, which
 * apply the reset gate to the state before its product with the kernel, or to the product.
 */
import type { Value } from '../../tensor/index.ts';
import { op } from '../kernel.ts';
import type { Activation } from './activations.ts';
import { add, joined, matMul, matMulTransposed, mul, parts, sub, sumOf, type Cell } from './cell.ts';

/** The reset gate first: TF.js's. Its kernels are those of update and reset, and of new. Dropout is for all of the state. */
export function gru(activation: Activation, recurrent: Activation): Cell {
  return {
    step(gates, { dropped }, { kernels }) {
      const [both, last] = kernels as [Value, Value];
      const [xUpdate, xReset, xNew] = parts(gates, 3) as [Value, Value, Value];
      const [hUpdate, hReset] = parts(matMul(dropped, both), 2) as [Value, Value];
      const [update, reset] = [recurrent.of(add(xUpdate, hUpdate)), recurrent.of(add(xReset, hReset))];
      const visible = mul(reset, dropped);
      const candidate = activation.of(add(xNew, matMul(visible, last)));
      return { states: [blend(update, dropped, candidate)], kept: [update, reset, visible, candidate] };
    },
    gradient({ dropped }, { kernels }, kept, [dOutput]) {
      const [both, last] = kernels as [Value, Value];
      const [update, reset, visible, candidate] = kept as [Value, Value, Value, Value];
      const passed = mul(dOutput, update);
      const dNew = activation.gradient(candidate, sub(dOutput, passed));
      const dVisible = matMulTransposed(dNew, last);
      const dUpdate = recurrent.gradient(update, mul(dOutput, sub(dropped, candidate)));
      const dReset = recurrent.gradient(reset, mul(dVisible, dropped));
      const dBoth = joined([dUpdate, dReset]);
      return {
        gates: joined([dBoth, dNew]),
        states: [undefined],
        dropped: sumOf([passed, mul(dVisible, reset), matMulTransposed(dBoth, both)]) as Value,
        products: [
          { left: dropped, gradient: dBoth },
          { left: visible, gradient: dNew },
        ],
      };
    },
  };
}

/** The product first: Keras's default. It has one kernel, and may have a bias of its own for the product. */
export function resetAfterGru(activation: Activation, recurrent: Activation): Cell {
  return {
    step(gates, { states, dropped }, { kernels, bias }) {
      const [before] = states as [Value];
      const product = matMul(dropped, kernels[0] as Value);
      const [xUpdate, xReset, xNew] = parts(gates, 3) as [Value, Value, Value];
      const biased = bias === undefined ? product : op('BiasAdd', [product, bias]);
      const [hUpdate, hReset, hNew] = parts(biased, 3) as [Value, Value, Value];
      const [update, reset] = [recurrent.of(add(xUpdate, hUpdate)), recurrent.of(add(xReset, hReset))];
      const candidate = activation.of(add(xNew, mul(reset, hNew)));
      return { states: [blend(update, before, candidate)], kept: [update, reset, hNew, candidate] };
    },
    gradient({ states, dropped }, { kernels }, kept, [dOutput]) {
      const [before] = states as [Value];
      const [update, reset, hNew, candidate] = kept as [Value, Value, Value, Value];
      const passed = mul(dOutput, update);
      const dNew = activation.gradient(candidate, sub(dOutput, passed));
      const dUpdate = recurrent.gradient(update, mul(dOutput, sub(before, candidate)));
      const dReset = recurrent.gradient(reset, mul(dNew, hNew));
      const dProduct = joined([dUpdate, dReset, mul(dNew, reset)]);
      return {
        gates: joined([dUpdate, dReset, dNew]),
        states: [passed],
        dropped: matMulTransposed(dProduct, kernels[0] as Value),
        products: [{ left: dropped, gradient: dProduct }],
      };
    },
  };
}

/** `update` of the state before, and the rest of the candidate. */
function blend(update: Value, before: Value, candidate: Value): Value {
  return add(candidate, mul(update, sub(before, candidate)));
}
