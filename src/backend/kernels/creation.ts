/** Kernels that make tensors from attributes alone. */
import type { FillAttrs, LinSpaceAttrs, RangeAttrs } from '@tensorflow/tfjs-core';
import { constant, ints, kernel, op, scalar, text } from '../kernel.ts';
import type { DTypeName, Value } from '../../tensor/index.ts';

kernel<object, FillAttrs>('Fill', (_, { shape, value, dtype }) => op('Fill', [ints(shape), filling(value, dtype)]));

kernel<object, RangeAttrs>('Range', (_, { start, stop, step, dtype }) => {
  // TF.js counts down where no step was given.
  const delta = stop < start && step === 1 ? -1 : step;
  if (start === stop || stop > start !== delta > 0) return constant([], [0], dtype);
  return op('Range', [scalar(start, dtype), scalar(stop, dtype), scalar(delta, dtype)]);
});

kernel<object, LinSpaceAttrs>('LinSpace', (_, { start, stop, num }) =>
  op('LinSpace', [scalar(start), scalar(stop), scalar(num, 'int32')]),
);

function filling(value: number | string, dtype: string | undefined): Value {
  if (typeof value === 'string') return text(value);
  const type = (dtype ?? 'float32') as DTypeName;
  return type === 'complex64' ? constant([value, 0], [], type) : scalar(value, type);
}
