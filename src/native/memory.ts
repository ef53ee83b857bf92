/** Copies bytes between JavaScript and memory that TensorFlow owns. */
import koffi from 'koffi';
import type { Address } from './bindings/handles.ts';

type Bytes = ArrayBufferView;
type Memcpy = (target: Address | Bytes, source: Address | Bytes, sizeBytes: number) => unknown;

let memcpy: Memcpy | undefined;

function copy(target: Address | Bytes, source: Address | Bytes, sizeBytes: number): void {
  memcpy ??= koffi.load(null).func('void *memcpy(void *target, const void *source, size_t size)') as Memcpy;
  memcpy(target, source, sizeBytes);
}

/** Writes all of `source` to `target`, which must have room for it. */
export function writeMemory(target: Address, source: Bytes): void {
  if (source.byteLength > 0) copy(target, source, source.byteLength);
}

/** Fills all of `target` from `source`, which must hold at least as many bytes. */
export function readMemory(target: Bytes, source: Address): void {
  if (target.byteLength > 0) copy(target, source, target.byteLength);
}

/** The address `offsetBytes` behind `base`. */
export function offset(base: Address, offsetBytes: number): Address {
  return (base + BigInt(offsetBytes)) as Address;
}

/** The addresses of `values`, as a C array of pointers. It is good for one call: the caller keeps `values`. */
export function addressesOf(values: readonly Bytes[]): BigUint64Array {
  return BigUint64Array.from(values, (value) => koffi.address(value));
}
