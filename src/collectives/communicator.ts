/** Operations that all workers take part in, recorded while a function is traced: they run inside the compiled step. */
import type { Value } from '../tensor/index.ts';

/** How values of several ranks become one. */
export type Reduction = 'sum' | 'mean';

/** A group of workers that can reach each other. Every rank must call the same operations in the same order. */
export interface Communicator {
  /** What carries the data: Gloo, or the ring in TensorFlow's gRPC servers. */
  readonly transport: 'gloo' | 'tensorflow';
  readonly rank: number;
  readonly size: number;
  /**
   * The sum or mean of each value over all ranks, on every rank. The values travel together, as one message.
   *
   * @param values - At least one; all of one dtype, and of the same shapes on every rank.
   */
  allReduce(values: readonly Value[], reduction: Reduction): Value[];
  /** The values of rank `root`, on every rank. All of one dtype, and of the same shapes on every rank. */
  broadcast(values: readonly Value[], root: number): Value[];
  /** Ends operations that wait, with `reason`; later ones fail. */
  abort(reason: string): void;
  /** Aborts, and gives sockets and threads back. */
  close(): void;
}

/** Where and how a group forms. */
export interface GroupOptions {
  readonly rank: number;
  readonly size: number;
  /** Address of this machine that the others reach; `127.0.0.1` where all are on one. */
  readonly address: string;
  /** How long to wait for the others to come, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long one collective may wait for a message, in milliseconds. */
  readonly collectiveTimeoutMs: number;
  /** Gives `value` to the others under this rank's number, and waits for theirs, in the order of the ranks. */
  exchange(topic: string, value: Uint8Array): Promise<Uint8Array[]>;
}
