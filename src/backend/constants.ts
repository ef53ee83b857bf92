/** Values that are known when a kernel is called, as tensors in the scope in force. */
import { InternalError } from '../base/errors.ts';
import { eagerExecutor, EagerTensor, executor, type DTypeName, type HostArray, type Value } from '../tensor/index.ts';
import { own } from './scope.ts';

/** A scalar of the given dtype (float32 by default). */
export function scalar(value: number, dtype: DTypeName = 'float32'): Value {
  return constant([value], [], dtype);
}

/** A vector of int32. */
export function ints(values: readonly number[]): Value {
  return constant(values, [values.length], 'int32');
}

/** A matrix of int32 with two columns: paddings or crops, before and after, for each dimension. */
export function pairs(values: readonly (readonly number[])[]): Value {
  return constant(values.flat(), [values.length, 2], 'int32');
}

/** A scalar of dtype string. */
export function text(value: string): Value {
  const tensor = executor().constant([Buffer.from(value)], [], 'string');
  if (tensor instanceof EagerTensor) own(tensor);
  return tensor;
}

/** A small tensor of `values`, in row-major order. The first 4,096 different ones are kept for the next call. */
export function constant(values: readonly number[], shape: readonly number[], dtype: DTypeName): Value {
  if (executor() !== eagerExecutor()) return makeConstant(values, shape, dtype);
  const key = `${dtype} ${shape.join()} ${values.join()}`;
  let tensor = constants.get(key);
  if (tensor === undefined) {
    tensor = makeConstant(values, shape, dtype) as EagerTensor;
    if (constants.size < maxConstants) constants.set(key, tensor);
    else own(tensor);
  }
  return tensor;
}

/** A tensor with many `values`, in row-major order; `constant` is for the small ones that come again. */
export function hostValue(values: ArrayLike<number | bigint>, shape: readonly number[], dtype: DTypeName): Value {
  const value = makeConstant(values, shape, dtype);
  if (value instanceof EagerTensor) own(value);
  return value;
}

/** The caller owns the result where it is an eager tensor. */
function makeConstant(values: ArrayLike<number | bigint>, shape: readonly number[], dtype: DTypeName): Value {
  if (dtype !== 'float16' && dtype !== 'bfloat16') return executor().constant(toHost(values, dtype), shape, dtype);
  const wide = executor().constant(toHost(values, 'float32'), shape, 'float32');
  const [narrow] = executor().execute('Cast', [wide], { DstT: { type: dtype } });
  if (wide instanceof EagerTensor) wide.dispose();
  return narrow as Value;
}

/** Small constants that operations ask for again and again: axes, shapes, paddings. */
const constants = new Map<string, EagerTensor>();
const maxConstants = 4096;

function toHost(values: ArrayLike<number | bigint>, dtype: DTypeName): HostArray {
  const numbers = values as ArrayLike<number>;
  switch (dtype) {
    case 'float32':
    case 'complex64':
      return Float32Array.from(numbers);
    case 'float64':
      return Float64Array.from(numbers);
    case 'int32':
      return Int32Array.from(numbers);
    case 'bool':
    case 'uint8':
      return Uint8Array.from(numbers);
    case 'uint64':
      return BigUint64Array.from(Array.from(values, toBigInt));
    case 'int64':
      return BigInt64Array.from(Array.from(values, toBigInt));
    default:
      throw new InternalError(`Constants of dtype ${dtype} are not made from numbers.`);
  }
}

function toBigInt(value: number | bigint): bigint {
  return typeof value === 'bigint' ? value : BigInt(Math.trunc(value));
}
