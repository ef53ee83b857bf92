/** Attributes of an operation. Text and truth values stand for themselves; the rest say what they are. */
import { addressesOf } from '../native/index.ts';
import { dataTypes, type DTypeName } from './dtype.ts';

/** One attribute value, made by a function of `attr` where it is not text or a truth value. */
export type Attribute =
  | string
  | boolean
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly type: DTypeName }
  | { readonly types: readonly DTypeName[] }
  | { readonly shape: readonly number[] }
  | { readonly shapes: readonly (readonly number[])[] }
  | { readonly strings: readonly string[] }
  | { readonly func: string };

/** Attributes by name. Types and counts that follow from the inputs are left out: TensorFlow infers them. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** Receives each attribute in the form of TensorFlow's C API. */
export interface AttributeSink {
  string(name: string, value: Uint8Array, length: number): void;
  int(name: string, value: number): void;
  float(name: string, value: number): void;
  bool(name: string, value: number): void;
  type(name: string, value: number): void;
  shape(name: string, dims: BigInt64Array, numDims: number): void;
  func(name: string, value: Uint8Array, length: number): void;
  strings(name: string, values: BigUint64Array, lengths: BigUint64Array, count: number): void;
  ints(name: string, values: BigInt64Array, count: number): void;
  floats(name: string, values: Float32Array, count: number): void;
  types(name: string, values: Int32Array, count: number): void;
  shapes(name: string, dims: BigInt64Array[], numDims: Int32Array, count: number): void;
}

/** Gives every attribute to `sink`. */
export function setAttributes(sink: AttributeSink, attributes: Attributes): void {
  for (const name in attributes) {
    const value = attributes[name];
    if (value !== undefined) setAttribute(sink, name, value);
  }
}

function setAttribute(sink: AttributeSink, name: string, value: Attribute): void {
  if (typeof value === 'boolean') return sink.bool(name, value ? 1 : 0);
  if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    return sink.string(name, bytes, bytes.length);
  }
  if ('int' in value) return sink.int(name, value.int);
  if ('ints' in value) return sink.ints(name, int64s(value.ints), value.ints.length);
  if ('float' in value) return sink.float(name, value.float);
  if ('floats' in value) return sink.floats(name, Float32Array.from(value.floats), value.floats.length);
  if ('type' in value) return sink.type(name, dataTypes[value.type]);
  if ('types' in value) {
    return sink.types(
      name,
      Int32Array.from(value.types, (type) => dataTypes[type]),
      value.types.length,
    );
  }
  if ('shape' in value) return sink.shape(name, int64s(value.shape), value.shape.length);
  if ('func' in value) {
    const bytes = Buffer.from(value.func);
    return sink.func(name, bytes, bytes.length);
  }
  if ('shapes' in value) {
    const { shapes } = value;
    const ranks = Int32Array.from(shapes, (shape) => shape.length);
    return sink.shapes(name, shapes.map(int64s), ranks, shapes.length);
  }
  const texts = value.strings.map((text) => Buffer.from(text));
  const lengths = BigUint64Array.from(texts, (text) => BigInt(text.length));
  sink.strings(name, addressesOf(texts), lengths, texts.length);
}

/** Dimensions as the C API takes them. An empty list still needs memory to point to. */
export function int64s(values: readonly number[]): BigInt64Array {
  const result = new BigInt64Array(Math.max(1, values.length));
  values.forEach((value, index) => {
    result[index] = BigInt(value);
  });
  return result;
}
