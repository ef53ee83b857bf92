/** Sums over axes. */
import { util, type SumAttrs, type SumInputs } from '@tensorflow/tfjs-core';
import { ints, kernel, op, shapeOf } from '../kernel.ts';

kernel<SumInputs, SumAttrs>('Sum', ({ x }, { axis, keepDims }) => {
  const axes = util.parseAxisParam(axis, shapeOf(x));
  // TF.js counts truth values.
  const summed = x.dtype === 'bool' ? op('Cast', [x], { DstT: { type: 'int32' } }) : x;
  return op('Sum', [summed, ints(axes)], { keep_dims: keepDims });
});
