/** Kernels that change a tensor's shape, or the order of its elements. */
import {
  util,
  type BatchToSpaceNDAttrs,
  type BatchToSpaceNDInputs,
  type BroadCastToAttrs,
  type BroadcastArgsInputs,
  type BroadcastToInputs,
  type DepthToSpaceAttrs,
  type DepthToSpaceInputs,
  type ExpandDimsAttrs,
  type ExpandDimsInputs,
  type MirrorPadAttrs,
  type MirrorPadInputs,
  type PadV2Attrs,
  type PadV2Inputs,
  type ReshapeAttrs,
  type ReshapeInputs,
  type ReverseAttrs,
  type ReverseInputs,
  type SpaceToBatchNDAttrs,
  type SpaceToBatchNDInputs,
  type TileAttrs,
  type TileInputs,
  type TransposeAttrs,
  type TransposeInputs,
} from '@tensorflow/tfjs-core';
import { ints, kernel, op, pairs, scalar, shapeOf } from '../kernel.ts';
import { fromNhwc, toNhwc } from './layout.ts';

kernel<ReshapeInputs, ReshapeAttrs>('Reshape', ({ x }, { shape }) => op('Reshape', [x, ints(shape)]));

kernel<ExpandDimsInputs, ExpandDimsAttrs>('ExpandDims', ({ input }, { dim }) =>
  op('ExpandDims', [input, scalar(dim, 'int32')]),
);

kernel<TransposeInputs, TransposeAttrs>('Transpose', ({ x }, { perm }) => op('Transpose', [x, ints(perm)]));

kernel<TileInputs, TileAttrs>('Tile', ({ x }, { reps }) => op('Tile', [x, ints(reps)]));

kernel<BroadcastToInputs, BroadCastToAttrs>('BroadcastTo', ({ x }, { shape }) => op('BroadcastTo', [x, ints(shape)]));

kernel<BroadcastArgsInputs>('BroadcastArgs', ({ s0, s1 }) => op('BroadcastArgs', [s0, s1]));

kernel<ReverseInputs, ReverseAttrs>('Reverse', ({ x }, { dims }) =>
  op('ReverseV2', [x, ints(util.parseAxisParam(dims, shapeOf(x)))]),
);

kernel<PadV2Inputs, PadV2Attrs>('PadV2', ({ x }, { paddings, constantValue }) =>
  op('PadV2', [x, pairs(paddings), scalar(constantValue, x.dtype)]),
);

kernel<MirrorPadInputs, MirrorPadAttrs>('MirrorPad', ({ x }, { paddings, mode }) =>
  op('MirrorPad', [x, pairs(paddings)], { mode: mode.toUpperCase() }),
);

kernel<SpaceToBatchNDInputs, SpaceToBatchNDAttrs>('SpaceToBatchND', ({ x }, { blockShape, paddings }) =>
  op('SpaceToBatchND', [x, ints(blockShape), pairs(paddings)]),
);

kernel<BatchToSpaceNDInputs, BatchToSpaceNDAttrs>('BatchToSpaceND', ({ x }, { blockShape, crops }) =>
  op('BatchToSpaceND', [x, ints(blockShape), pairs(crops)]),
);

kernel<DepthToSpaceInputs, DepthToSpaceAttrs>('DepthToSpace', ({ x }, { blockSize, dataFormat }) =>
  fromNhwc(op('DepthToSpace', [toNhwc(x, dataFormat)], { block_size: { int: blockSize } }), dataFormat),
);
