/** Kernels that join tensors, or take them apart. */
import type {
  AddNInputs,
  ConcatAttrs,
  ConcatInputs,
  PackAttrs,
  PackInputs,
  SplitVAttrs,
  SplitVInputs,
  UnpackAttrs,
  UnpackInputs,
} from '@tensorflow/tfjs-core';
import { ints, kernel, op, ops, scalar, shapeOf } from '../kernel.ts';

kernel<AddNInputs>('AddN', (inputs) => op('AddN', [inputs]));

kernel<ConcatInputs, ConcatAttrs>('Concat', (inputs, { axis }) => op('ConcatV2', [inputs, scalar(axis, 'int32')]));

kernel<PackInputs, PackAttrs>('Pack', (inputs, { axis }) => op('Pack', [inputs], { axis: { int: axis } }));

kernel<UnpackInputs, UnpackAttrs>('Unpack', ({ value }, { axis }) => {
  const num = shapeOf(value).at(axis) ?? 0;
  return ops('Unpack', [value], { num: { int: num }, axis: { int: axis } });
});

kernel<SplitVInputs, SplitVAttrs>('SplitV', ({ x }, { numOrSizeSplits, axis }) => {
  const shape = shapeOf(x);
  const dim = shape.at(axis) ?? 0;
  const sizes =
    typeof numOrSizeSplits === 'number'
      ? Array<number>(numOrSizeSplits).fill(dim / numOrSizeSplits)
      : // At most one size may be -1: the rest.
        numOrSizeSplits;
  return ops('SplitV', [x, ints(sizes), scalar(axis, 'int32')], { num_split: { int: sizes.length } });
});
