/** Kernels on ragged tensors: values, and the positions where rows begin. */
import type { RaggedGatherAttrs, RaggedRangeInputs, RaggedTensorToTensorAttrs } from '@tensorflow/tfjs-core';
import type { Value } from '../../tensor/index.ts';
import { kernel, op, ops } from '../kernel.ts';

interface GatherInputs {
  paramsNestedSplits: Value[];
  paramsDenseValues: Value;
  indices: Value;
}

interface ToTensorInputs {
  shape: Value;
  values: Value;
  defaultValue: Value;
  rowPartitionTensors: Value[];
}

kernel<GatherInputs, RaggedGatherAttrs>(
  'RaggedGather',
  ({ paramsNestedSplits, paramsDenseValues, indices }, { outputRaggedRank }) =>
    ops('RaggedGather', [paramsNestedSplits, paramsDenseValues, indices], {
      OUTPUT_RAGGED_RANK: { int: outputRaggedRank },
    }),
);

kernel<RaggedRangeInputs>('RaggedRange', ({ starts, limits, deltas }) =>
  ops('RaggedRange', [starts, limits, deltas], { Tsplits: { type: 'int32' } }),
);

kernel<ToTensorInputs, RaggedTensorToTensorAttrs>(
  'RaggedTensorToTensor',
  ({ shape, values, defaultValue, rowPartitionTensors }, { rowPartitionTypes }) =>
    op('RaggedTensorToTensor', [shape, values, defaultValue, rowPartitionTensors], {
      row_partition_types: { strings: rowPartitionTypes },
    }),
);
