/** The fields of `ConfigProto` that say what devices a process has, encoded by hand as in `threadConfig.ts`. */

/** What a new context is told about its devices. */
export interface DeviceConfig {
  /** Number of logical CPU devices, which share the cores; undefined for TensorFlow's default, one. */
  readonly numCpus: number | undefined;
}

/** Field numbers and wire types in one byte each, as protobuf writes them. */
const deviceCountEntry = 0x0a;
const entryKey = 0x0a;
const entryValue = 0x10;
const allowSoftPlacement = 0x38;

/** Less than 128, so that a number is one byte. */
export const maxLogicalDevices = 127;

/** The bytes of the `ConfigProto`. Bytes of two messages, one after the other, are the message of the fields of both. */
export function encodeDeviceConfig({ numCpus }: DeviceConfig): Uint8Array {
  // As in Python: an operation that a device has no kernel for runs on the CPU.
  const soft = [allowSoftPlacement, 1];
  if (numCpus === undefined) return Uint8Array.from(soft);
  const entry = [entryKey, 3, ...Buffer.from('CPU'), entryValue, numCpus];
  return Uint8Array.from([deviceCountEntry, entry.length, ...entry, ...soft]);
}
