/**
 * The dtypes that TensorFlow has and TF.js lacks. Everywhere that TF.js takes a dtype, these can stand too.
 *
 * Where two dtypes meet in an operation, the result is the smallest that holds both, as in NumPy and Keras: float16 or
 * bfloat16 with float32 is float32, float16 with bfloat16 is float32, anything with float64 is float64, whole numbers
 * with fractions have the dtype of the fractions, int64 with int32 or bool is int64. A plain number takes the dtype of the
 * tensor that it meets.
 */
import type { DTypeName } from '../../tensor/index.ts';

declare module '@tensorflow/tfjs-core/dist/types.js' {
  interface DataTypeMap {
    /** Half precision (IEEE 754): 11 bits of precision, up to 65504. `data()` gives its values as Float32Array. */
    float16: Float32Array;
    /** The upper half of a float32: 8 bits of precision, and its range. `data()` gives its values as Float32Array. */
    bfloat16: Float32Array;
    float64: Float64Array;
    int64: BigInt64Array;
  }

  interface SingleValueMap {
    float16: number;
    bfloat16: number;
    float64: number;
    int64: bigint;
  }
}

/** Name of a dtype that TF.js lacks. */
export type MoreDtype = 'float16' | 'bfloat16' | 'float64' | 'int64';

/** What TF.js's own code takes a dtype for. */
const standIns: ReadonlyMap<string, 'float32' | 'int32'> = new Map([
  ['float16', 'float32'],
  ['bfloat16', 'float32'],
  ['float64', 'float32'],
  ['int64', 'int32'],
]);

let areInUse = false;

/** Whether any tensor of such a dtype has been made: as long as none has, nothing needs to be looked at. */
export function moreDtypesInUse(): boolean {
  return areInUse;
}

/** To be called before the first such tensor is made. */
export function useMoreDtypes(): void {
  areInUse = true;
}

/** Whether TF.js lacks this dtype. */
export function isMore(dtype: string): dtype is MoreDtype {
  return standIns.has(dtype);
}

/** The dtype that TF.js's own code takes `dtype` for. */
export function standInFor(dtype: MoreDtype): 'float32' | 'int32' {
  return standIns.get(dtype) ?? 'float32';
}

/** Bytes of one element. */
export function elementBytes(dtype: MoreDtype): number {
  return dtype === 'float16' || dtype === 'bfloat16' ? 2 : 8;
}

const fractions: ReadonlySet<string> = new Set(['float16', 'bfloat16', 'float32', 'float64']);

/** Whether numbers of this dtype have fractions. */
export function isFraction(dtype: string): boolean {
  return fractions.has(dtype);
}

/** The smallest dtype of fractions that holds both. */
export function commonFraction(a: DTypeName, b: DTypeName): DTypeName {
  if (a === b) return a;
  return a === 'float64' || b === 'float64' ? 'float64' : 'float32';
}
