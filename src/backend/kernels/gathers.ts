/** Kernels that read or write at given indices. */
import {
  backend_util,
  type GatherNdInputs,
  type GatherV2Attrs,
  type GatherV2Inputs,
  type OneHotAttrs,
  type OneHotInputs,
  type ScatterNdAttrs,
  type ScatterNdInputs,
  type SelectInputs,
  type SparseToDenseAttrs,
  type SparseToDenseInputs,
  type TensorInfo,
  type TensorScatterUpdateInputs,
  type UnsortedSegmentSumAttrs,
  type UnsortedSegmentSumInputs,
} from '@tensorflow/tfjs-core';
import type { DTypeName, Value } from '../../tensor/index.ts';
import { ints, kernel, op, scalar, shapeOf } from '../kernel.ts';
import { cast } from './dtypes.ts';

/** Indices as int32: TF.js lets a caller give float32. */
const indexes = (indices: Value): Value => cast(indices, 'int32');

/** Positions as rows of indices: TF.js lets a caller leave out the rows where they hold one index. */
function positions(indices: Value): Value {
  const matrix = indexes(indices);
  return shapeOf(matrix).length === 1 ? op('ExpandDims', [matrix, scalar(1, 'int32')]) : matrix;
}

const shaped = (value: Value): TensorInfo => ({ shape: shapeOf(value) }) as TensorInfo;

kernel<GatherV2Inputs, GatherV2Attrs>('GatherV2', ({ x, indices }, { axis, batchDims }) => {
  if (batchDims !== 0) {
    // Throws where these do not fit together, and says so in TF.js's words.
    backend_util.segment_util.collectGatherOpShapeInfo(shaped(x), shaped(indices), axis, batchDims);
  }
  return op('GatherV2', [x, indexes(indices), scalar(axis, 'int32')], { batch_dims: { int: batchDims } });
});

kernel<GatherNdInputs>('GatherNd', ({ params, indices }) => op('GatherNd', [params, indexes(indices)]));

kernel<ScatterNdInputs, ScatterNdAttrs>('ScatterNd', ({ indices, updates }, { shape }) =>
  op('ScatterNd', [positions(indices), updates, ints(shape)]),
);

kernel<TensorScatterUpdateInputs>('TensorScatterUpdate', ({ tensor, indices, updates }) =>
  op('TensorScatterUpdate', [tensor, positions(indices), updates]),
);

kernel<SparseToDenseInputs, SparseToDenseAttrs>(
  'SparseToDense',
  ({ sparseIndices, sparseValues, defaultValue }, { outputShape }) =>
    op('SparseToDense', [indexes(sparseIndices), ints(outputShape), sparseValues, defaultValue], {
      validate_indices: false,
    }),
);

kernel<UnsortedSegmentSumInputs, UnsortedSegmentSumAttrs>('UnsortedSegmentSum', ({ x, segmentIds }, { numSegments }) =>
  op('UnsortedSegmentSum', [x, indexes(segmentIds), scalar(numSegments, 'int32')]),
);

kernel<OneHotInputs, OneHotAttrs>('OneHot', ({ indices }, { depth, onValue, offValue, dtype }) => {
  const type = dtype as DTypeName;
  return op('OneHot', [indexes(indices), scalar(depth, 'int32'), scalar(onValue, type), scalar(offValue, type)]);
});

kernel<SelectInputs>('Select', ({ condition, t, e }) => {
  const numDims = shapeOf(t).length;
  const conditionShape = shapeOf(condition);
  if (conditionShape.length !== 1 || numDims <= 1) return op('SelectV2', [condition, t, e]);
  // A vector chooses among the rows.
  const rows = [...conditionShape, ...Array<number>(numDims - 1).fill(1)];
  return op('SelectV2', [op('Reshape', [condition, ints(rows)]), t, e]);
});
