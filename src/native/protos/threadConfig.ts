/**
 * The few fields of `ConfigProto` that every process sets when it starts, encoded by hand: TensorFlow's messages take
 * 0.1 s to load, and most programs never need them.
 */

/** What a new context is told about its threads. */
export interface ThreadConfig {
  /** Threads that one operation may use, and operations that may run at a time. */
  readonly numThreads: number;
  /** Whether idle threads give their core away at once, instead of waiting for work. */
  readonly disableSpinning: boolean;
}

/** Field numbers of `ConfigProto`, and of the message `experimental` inside it. */
const intraOpParallelismThreads = 2;
const interOpParallelismThreads = 5;
const experimental = 16;
const disableThreadSpinning = 9;

const wireVarint = 0;
const wireBytes = 2;

/** The bytes of the `ConfigProto`. */
export function encodeThreadConfig({ numThreads, disableSpinning }: ThreadConfig): Uint8Array {
  const inner = disableSpinning ? [...tag(disableThreadSpinning, wireVarint), 1] : [];
  return Uint8Array.from([
    ...[...tag(intraOpParallelismThreads, wireVarint), ...varint(numThreads)],
    ...[...tag(interOpParallelismThreads, wireVarint), ...varint(numThreads)],
    ...[...tag(experimental, wireBytes), ...varint(inner.length), ...inner],
  ]);
}

function tag(field: number, wireType: number): number[] {
  return varint(field * 8 + wireType);
}

/** Seven bits a byte, the lowest first; the highest bit says that another byte follows. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
