/** TF.js's functions that make tensors, for every dtype of this package. */
import * as core from '@tensorflow/tfjs-core';
import type { DataType, Rank, ShapeMap, Tensor, TensorLike } from '@tensorflow/tfjs-core';
import { isMore, type MoreDtype } from '../../dtypes/moreDtypes.ts';
import { hostValue, scoped, toTensor } from '../../kernel.ts';

/** What TF.js takes for the values of a tensor, and the arrays of the dtypes that it lacks. */
export type Values = TensorLike | Float64Array | BigInt64Array | bigint;

/**
 * As TF.js's `tensor`, of any dtype. Without a dtype, Float64Array gives float64, and BigInt64Array and bigint give
 * int64. Numbers are rounded to the nearest value that the dtype has; int64 leaves out fractions.
 */
export const tensor: <R extends Rank>(values: Values, shape?: ShapeMap[R], dtype?: DataType) => Tensor<R> = typed(
  core.tensor,
  1,
) as never;

/** As TF.js's `scalar`, of any dtype. */
export const scalar: (value: Parameters<typeof core.scalar>[0] | bigint, dtype?: DataType) => core.Scalar = typed(
  core.scalar,
  0,
) as never;

type Vectors<F extends (...args: never[]) => unknown> = F extends (values: infer V, ...rest: infer Rest) => infer T
  ? (values: V | Float64Array | BigInt64Array, ...rest: Rest) => T
  : never;

/** As TF.js's, of any dtype. */
export const tensor1d = typed(core.tensor1d, 0) as Vectors<typeof core.tensor1d>;
export const tensor2d = typed(core.tensor2d, 1) as Vectors<typeof core.tensor2d>;
export const tensor3d = typed(core.tensor3d, 1) as Vectors<typeof core.tensor3d>;
export const tensor4d = typed(core.tensor4d, 1) as Vectors<typeof core.tensor4d>;
export const tensor5d = typed(core.tensor5d, 1) as Vectors<typeof core.tensor5d>;
export const tensor6d = typed(core.tensor6d, 1) as Vectors<typeof core.tensor6d>;

/** A tensor of zeros, of any dtype; float32 by default. */
export function zeros<R extends Rank>(shape: ShapeMap[R], dtype: DataType = 'float32'): Tensor<R> {
  return isMore(dtype) ? core.fill<R>(shape, 0, dtype) : core.zeros<R>(shape, dtype);
}

/** A tensor of ones, of any dtype; float32 by default. */
export function ones<R extends Rank>(shape: ShapeMap[R], dtype: DataType = 'float32'): Tensor<R> {
  return isMore(dtype) ? core.fill<R>(shape, 1, dtype) : core.ones<R>(shape, dtype);
}

/** `make`, which takes its dtype at `position` after the values, for every dtype. */
function typed(make: (values: never, ...rest: never[]) => Tensor, position: number): (...args: unknown[]) => Tensor {
  return (values, ...rest) => {
    const dtype = (rest[position] ?? dtypeOf(values)) as DataType | undefined;
    if (dtype === undefined || !isMore(dtype)) return make(values as never, ...(rest as never[]));
    rest[position] = 'float32';
    // TF.js finds out the shape, and what is wrong with it.
    const { shape } = core.tidy(() => make(asFloats(values) as never, ...(rest as never[])));
    return scoped(() => toTensor(hostValue(flat(values), shape, dtype)));
  };
}

function dtypeOf(values: unknown): MoreDtype | undefined {
  if (values instanceof Float64Array) return 'float64';
  return values instanceof BigInt64Array || typeof values === 'bigint' ? 'int64' : undefined;
}

function asFloats(values: unknown): unknown {
  if (values instanceof Float64Array || values instanceof BigInt64Array) return Float32Array.from(values, Number);
  if (Array.isArray(values)) return values.map(asFloats);
  return typeof values === 'bigint' ? Number(values) : values;
}

/** All numbers, row after row. */
function flat(values: unknown): ArrayLike<number | bigint> {
  if (ArrayBuffer.isView(values)) return values as unknown as ArrayLike<number | bigint>;
  if (Array.isArray(values)) return (values as unknown[]).flatMap((part) => Array.from(flat(part)));
  return [typeof values === 'bigint' ? values : Number(values)];
}
