/** Kernels on sparse tensors: indices, values and a shape. TensorFlow wants the indices as int64, TF.js as int32. */
import type {
  SparseFillEmptyRowsInputs,
  SparseReshapeInputs,
  SparseSegmentMeanInputs,
  SparseSegmentSumInputs,
} from '@tensorflow/tfjs-core';
import type { Value } from '../../tensor/index.ts';
import { kernel, op, ops } from '../kernel.ts';
import { cast, toFloat } from './dtypes.ts';

const wide = (x: Value): Value => cast(x, 'int64');
const narrow = (x: Value): Value => (x.dtype === 'int64' ? cast(x, 'int32') : x);

kernel<SparseFillEmptyRowsInputs>('SparseFillEmptyRows', ({ indices, values, denseShape, defaultValue }) =>
  ops('SparseFillEmptyRows', [wide(indices), values, wide(denseShape), defaultValue]).map(narrow),
);

kernel<SparseReshapeInputs>('SparseReshape', ({ inputIndices, inputShape, newShape }) =>
  ops('SparseReshape', [wide(inputIndices), wide(inputShape), wide(newShape)]).map(narrow),
);

kernel<SparseSegmentSumInputs>('SparseSegmentSum', ({ data, indices, segmentIds }) =>
  op('SparseSegmentSum', [data, indices, segmentIds]),
);

kernel<SparseSegmentMeanInputs>('SparseSegmentMean', ({ data, indices, segmentIds }) =>
  cast(op('SparseSegmentMean', [toFloat(data), indices, segmentIds]), data.dtype),
);
