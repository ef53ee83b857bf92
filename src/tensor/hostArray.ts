/** Values between JavaScript's typed arrays and TensorFlow's tensors. */
import { InternalError } from '../base/errors.ts';
import {
  check,
  library,
  offset,
  readMemory,
  status,
  writeMemory,
  type EagerTensorHandle,
  type TensorHandle,
} from '../native/index.ts';
import { int64s } from './attributes.ts';
import { dataTypes, type DTypeName } from './dtype.ts';
import { EagerTensor } from './value.ts';

type NumericArray =
  | Float32Array
  | Float64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/**
 * Values in JavaScript, in row-major order: a typed array whose bytes are the tensor's (truth values as Uint8Array,
 * half precision as Uint16Array, complex numbers as pairs), or one byte array for each text.
 */
export type HostArray = NumericArray | readonly Uint8Array[];

const arrayTypes = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  int16: Int16Array,
  int8: Int8Array,
  complex64: Float32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
  bfloat16: Uint16Array,
  uint16: Uint16Array,
  complex128: Float64Array,
  float16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
} as const;

/** `sizeof(TF_TString)`. */
const stringBytes = 24;

/** A new `TF_Tensor` with a copy of `values`. The caller deletes it. */
export function toNativeTensor(values: HostArray, shape: readonly number[], dtype: DTypeName): TensorHandle {
  const isText = !ArrayBuffer.isView(values);
  const sizeBytes = isText ? values.length * stringBytes : values.byteLength;
  const tf = library();
  const tensor = tf.TF_AllocateTensor(dataTypes[dtype], int64s(shape), shape.length, sizeBytes);
  if (tensor === null) throw new InternalError(`TensorFlow gave no memory for ${sizeBytes} bytes.`);
  if (isText) writeTexts(tensor, values);
  else if (sizeBytes > 0) writeMemory(tf.TF_TensorData(tensor), values);
  return tensor;
}

/** A new eager tensor with a copy of `values`. The caller disposes it. */
export function toEagerTensor(values: HostArray, shape: readonly number[], dtype: DTypeName): EagerTensor {
  const tensor = toNativeTensor(values, shape, dtype);
  const handle = library().TFE_NewTensorHandle(tensor, status());
  library().TF_DeleteTensor(tensor);
  check('a new tensor');
  return new EagerTensor(handle);
}

/** A copy of the values of `tensor`. Waits until they have been computed. */
export function toHostArray(tensor: EagerTensor): HostArray {
  const tf = library();
  const native = tf.TFE_TensorHandleResolve(tensor.handle satisfies EagerTensorHandle, status());
  check('reading a tensor');
  try {
    if (tensor.dtype === 'string') return readTexts(native, tensor.shape);
    if (tensor.dtype === 'resource' || tensor.dtype === 'variant') {
      throw new InternalError(`A tensor of dtype ${tensor.dtype} has no values in JavaScript.`);
    }
    const Type = arrayTypes[tensor.dtype];
    const result = new Type(tf.TF_TensorByteSize(native) / Type.BYTES_PER_ELEMENT);
    readMemory(result, tf.TF_TensorData(native));
    return result;
  } finally {
    tf.TF_DeleteTensor(native);
  }
}

function writeTexts(tensor: TensorHandle, texts: readonly Uint8Array[]): void {
  const tf = library();
  const base = tf.TF_TensorData(tensor);
  for (let index = 0; index < texts.length; index++) {
    const text = texts[index] ?? new Uint8Array();
    const address = offset(base, index * stringBytes);
    tf.TF_StringInit(address);
    tf.TF_StringCopy(address, text, text.length);
  }
}

function readTexts(tensor: TensorHandle, shape: readonly number[]): Uint8Array[] {
  const tf = library();
  const base = tf.TF_TensorData(tensor);
  const numTexts = shape.reduce((size, dim) => size * dim, 1);
  return Array.from({ length: numTexts }, (_, index) => {
    const address = offset(base, index * stringBytes);
    const text = new Uint8Array(tf.TF_StringGetSize(address));
    readMemory(text, tf.TF_StringGetDataPointer(address));
    return text;
  });
}
