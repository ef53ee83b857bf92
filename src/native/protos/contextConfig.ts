/**
 * The few fields of `ConfigProto` that every process sets when it starts, encoded by hand: TensorFlow's messages take
 * 0.1 s to load, and most programs never need them.
 */

/** What a new context is told. */
export interface ContextConfig {
  /** Threads that one operation may use, and operations that may run at a time. */
  readonly numThreads: number;
  /** Whether idle threads give their core away at once, instead of waiting for work. */
  readonly disableSpinning: boolean;
  /** Number of logical CPU devices, which share the cores. Default: TensorFlow's, one. */
  readonly numCpus?: number | undefined;
}

/** Field numbers of `ConfigProto`, of an entry of a map, and of the message `experimental`. */
const fields = {
  deviceCount: 1,
  intraOpThreads: 2,
  interOpThreads: 5,
  allowSoftPlacement: 7,
  experimental: 16,
} as const;
const entry = { key: 1, value: 2 } as const;
const disableThreadSpinning = 9;

/** The bytes of the `ConfigProto`. An operation that a device has no kernel for runs on the CPU, as in Python. */
export function encodeContextConfig({ numThreads, disableSpinning, numCpus }: ContextConfig): Uint8Array {
  const cpus = [...bytes(entry.key, Buffer.from('CPU')), ...number(entry.value, numCpus ?? 1)];
  return Uint8Array.from([
    ...(numCpus === undefined ? [] : bytes(fields.deviceCount, cpus)),
    ...number(fields.intraOpThreads, numThreads),
    ...number(fields.interOpThreads, numThreads),
    ...number(fields.allowSoftPlacement, 1),
    ...bytes(fields.experimental, disableSpinning ? number(disableThreadSpinning, 1) : []),
  ]);
}

function number(field: number, value: number): number[] {
  return [...varint(field * 8), ...varint(value)];
}

function bytes(field: number, content: Iterable<number>): number[] {
  const all = [...content];
  return [...varint(field * 8 + 2), ...varint(all.length), ...all];
}

/** Seven bits a byte, the lowest first; the highest bit says that another byte follows. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
