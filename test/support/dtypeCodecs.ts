/** Test support: numbers as the bytes of each dtype, and back; exact for the small numbers that the tests use. */
import type { dtypes, NumericArray } from './rawTensorFlow.ts';

export type DtypeName = keyof typeof dtypes;

export interface Codec {
  readonly allocate: (length: number) => NumericArray;
  readonly encode: (values: number[]) => NumericArray;
  readonly decode: (array: NumericArray) => number[];
}

const plain = (allocate: (length: number) => Float32Array | Float64Array | Int32Array): Codec => ({
  allocate,
  encode: (values) => {
    const array = allocate(values.length);
    array.set(values);
    return array;
  },
  decode: (array) => Array.from(array, Number),
});

const sixteenBits = (toBits: (value: number) => number, fromBits: (bits: number) => number): Codec => ({
  allocate: (length) => new Uint16Array(length),
  encode: (values) => Uint16Array.from(values, (value) => toBits(value)),
  decode: (array) => Array.from(array as Uint16Array, fromBits),
});

export const codecs: Record<DtypeName, Codec> = {
  float: plain((length) => new Float32Array(length)),
  double: plain((length) => new Float64Array(length)),
  int32: plain((length) => new Int32Array(length)),
  int64: {
    allocate: (length) => new BigInt64Array(length),
    encode: (values) => BigInt64Array.from(values.map(BigInt)),
    decode: (array) => Array.from(array, Number),
  },
  bfloat16: sixteenBits(
    (value) => (new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0) >>> 16,
    (bits) => new Float32Array(Uint32Array.of(bits << 16).buffer)[0] ?? NaN,
  ),
  half: sixteenBits(
    (value) => {
      if (value === 0) return 0;
      const exponent = Math.floor(Math.log2(Math.abs(value)));
      const mantissa = (Math.abs(value) / 2 ** exponent - 1) * 1024;
      return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | mantissa;
    },
    (bits) => {
      const [exponent, mantissa] = [(bits >> 10) & 31, bits & 1023];
      const magnitude = exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15);
      return bits & 0x8000 ? -magnitude : magnitude;
    },
  ),
};
