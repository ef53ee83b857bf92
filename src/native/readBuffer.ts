/** Takes the bytes that TensorFlow writes into a `TF_Buffer`, for example a protobuf message. */
import type { Address, BufferHandle } from './bindings/handles.ts';
import { library } from './library.ts';
import { readMemory } from './memory.ts';
import { check } from './status.ts';

/** @param fill - Has TensorFlow fill the buffer, and report to the status of this thread. */
export function readBuffer(what: string, fill: (buffer: BufferHandle) => void): Uint8Array {
  const buffer = library().TF_NewBuffer();
  try {
    fill(buffer);
    check(what);
    // A `TF_Buffer` starts with the address of its bytes and their number.
    const fields = new BigUint64Array(2);
    readMemory(fields, buffer as unknown as Address);
    const [address = 0n, sizeBytes = 0n] = fields;
    const bytes = new Uint8Array(Number(sizeBytes));
    readMemory(bytes, address as Address);
    return bytes;
  } finally {
    library().TF_DeleteBuffer(buffer);
  }
}
