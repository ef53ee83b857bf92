/** Kernels that reduce over axes. */
import { util, type ArgMaxAttrs, type ArgMaxInputs } from '@tensorflow/tfjs-core';
import type { Value } from '../../tensor/index.ts';
import { ints, kernel, op, scalar, shapeOf } from '../kernel.ts';
import { toFloat, toNumbers } from './dtypes.ts';

interface Attributes {
  /** The axes; all of them where it is missing. */
  axis?: number | number[];
  /** The name that `Max` has for `axis`. */
  reductionIndices?: number | number[];
  keepDims: boolean;
}

const asIs = (x: Value): Value => x;

/** How each kernel prepares its input. The operations have the kernels' names. */
const reductions: Readonly<Record<string, (x: Value) => Value>> = {
  All: asIs,
  Any: asIs,
  Max: toNumbers,
  Mean: toFloat,
  Min: toNumbers,
  Prod: toNumbers,
  Sum: toNumbers,
};

for (const [name, prepare] of Object.entries(reductions)) {
  kernel<{ x: Value }, Attributes>(name, ({ x }, { axis, reductionIndices, keepDims }) => {
    const axes = util.parseAxisParam((axis ?? reductionIndices) as number | number[], shapeOf(x));
    return op(name, [prepare(x), ints(axes)], { keep_dims: keepDims });
  });
}

for (const name of ['ArgMax', 'ArgMin']) {
  kernel<ArgMaxInputs, ArgMaxAttrs>(name, ({ x }, { axis }) =>
    op(name, [toNumbers(x), scalar(axis, 'int32')], { output_type: { type: 'int32' } }),
  );
}
