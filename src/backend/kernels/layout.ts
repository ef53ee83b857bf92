/** Channels first and channels last: TensorFlow's kernels for CPUs know only channels last. */
import type { Value } from '../../tensor/index.ts';
import { ints, op, shapeOf } from '../kernel.ts';

/** TF.js's names for the order of dimensions: channels last and channels first, in two and in three dimensions. */
export type DataFormat = 'NHWC' | 'NCHW' | 'NDHWC' | 'NCDHW';

const isChannelsFirst = (format: DataFormat | undefined): boolean => format === 'NCHW' || format === 'NCDHW';

/** `x` of the given format (channels last by default) with channels last. */
export function toNhwc(x: Value, format: DataFormat | undefined): Value {
  if (!isChannelsFirst(format)) return x;
  return op('Transpose', [x, ints(channelsLast(axes(x)))]);
}

/** `x`, which has channels last, in the given format. */
export function fromNhwc(x: Value, format: DataFormat | undefined): Value {
  if (!isChannelsFirst(format)) return x;
  const [batch = 0, ...rest] = axes(x);
  return op('Transpose', [x, ints([batch, ...rest.slice(-1), ...rest.slice(0, -1)])]);
}

/** The dimensions `shape` of the given format, with channels last. */
export function shapeToNhwc(shape: readonly number[], format: DataFormat | undefined): number[] {
  return isChannelsFirst(format) ? channelsLast(shape) : [...shape];
}

function channelsLast([batch = 0, channels = 0, ...spatial]: readonly number[]): number[] {
  return [batch, ...spatial, channels];
}

function axes(x: Value): number[] {
  return shapeOf(x).map((_, axis) => axis);
}
