/** Changes of dtype that TF.js's rules ask for, where TensorFlow's operations are stricter. */
import type { DTypeName, Value } from '../../tensor/index.ts';
import { op } from '../kernel.ts';

const floating: ReadonlySet<DTypeName> = new Set([
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'complex64',
  'complex128',
]);

/** `x` as `dtype`: towards zero from fractions to integers, and true for all but 0. */
export function cast(x: Value, dtype: DTypeName): Value {
  return x.dtype === dtype ? x : op('Cast', [x], { DstT: { type: dtype } });
}

/** Integers and truth values as float32; fractions and complex numbers as they are. */
export function toFloat(x: Value): Value {
  return floating.has(x.dtype) ? x : cast(x, 'float32');
}

/** Truth values as int32 (0 and 1); numbers as they are. */
export function toNumbers(x: Value): Value {
  return x.dtype === 'bool' ? cast(x, 'int32') : x;
}

/** True for dtypes that hold fractions. */
export function isFloat(x: Value): boolean {
  return floating.has(x.dtype);
}
