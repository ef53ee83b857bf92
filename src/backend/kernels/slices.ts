/** Kernels that take a part of a tensor by position. */
import {
  slice_util,
  type SliceAttrs,
  type SliceInputs,
  type StridedSliceAttrs,
  type StridedSliceInputs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { ints, kernel, op, shapeOf } from '../kernel.ts';

kernel<SliceInputs, SliceAttrs>('Slice', ({ x }, { begin, size }) => {
  const shape = shapeOf(x);
  const [starts = [], sizes = []] = slice_util.parseSliceParams({ shape } as TensorInfo, begin, size);
  slice_util.assertParamsValid({ shape } as TensorInfo, starts, sizes);
  return op('Slice', [x, ints(starts), ints(sizes)]);
});

kernel<StridedSliceInputs, StridedSliceAttrs>('StridedSlice', ({ x }, attrs) =>
  op('StridedSlice', [x, ints(attrs.begin), ints(attrs.end), ints(attrs.strides)], {
    begin_mask: { int: attrs.beginMask },
    end_mask: { int: attrs.endMask },
    ellipsis_mask: { int: attrs.ellipsisMask },
    new_axis_mask: { int: attrs.newAxisMask },
    shrink_axis_mask: { int: attrs.shrinkAxisMask },
  }),
);
