/** Explicit padding for operations that have none of their own: the input is padded before them. */
import type { Value } from '../../tensor/index.ts';
import { ints, op, pairs, scalar, shapeOf } from '../kernel.ts';
import type { Windows } from './windows.ts';

/** `x` with the padding that `windows` states explicitly, filled with `value`. */
export function pad(x: Value, { padding, pads }: Windows, value: number): Value {
  return padding === 'EXPLICIT' ? op('PadV2', [x, pairs(pads), scalar(value, x.dtype)]) : x;
}

/** The shape that `pad` gives. */
export function paddedShape(shape: readonly number[], { padding, pads }: Windows): number[] {
  if (padding !== 'EXPLICIT') return [...shape];
  return shape.map((dim, axis) => dim + (pads[axis]?.[0] ?? 0) + (pads[axis]?.[1] ?? 0));
}

/** The part of `padded` that `original` was before it was padded. */
export function unpad(padded: Value, { padding, pads }: Windows, original: Value): Value {
  if (padding !== 'EXPLICIT') return padded;
  return op('Slice', [padded, ints(pads.map(([before]) => before)), ints(shapeOf(original))]);
}

/** A value that no maximum takes from the padding. */
export function lowest(x: Value): number {
  return x.dtype === 'int32' ? -(2 ** 31) : -Infinity;
}
