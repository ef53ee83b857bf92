/** Operations that all workers take part in, recorded while a function is traced: they run inside the compiled step. */
import type { Value } from '../tensor/index.ts';

/** How values of several ranks become one. Truth values take `min` (all are true) and `max` (one is true). */
export type Reduction = 'sum' | 'mean' | 'min' | 'max' | 'product';

/** What carries the data: memory that the processes of one machine share, Gloo's TCP, or TensorFlow's gRPC servers. */
export type Transport = 'shared-memory' | 'gloo' | 'ring';

/**
 * A group of workers that can reach each other. Every rank must call the same operations in the same order, with values
 * of the same dtypes and shapes; what the caller must check before is said at each.
 */
export interface Communicator {
  /** Undefined for a group of one. */
  readonly transport: Transport | undefined;
  readonly rank: number;
  readonly size: number;
  /**
   * The reduction of each value over all ranks, on every rank. The values travel together, as one message.
   *
   * @param values - At least one; all of one dtype.
   */
  allReduce(values: readonly Value[], reduction: Reduction): Value[];
  /** The values of rank `root`, on every rank. All of one dtype. */
  broadcast(values: readonly Value[], root: number): Value[];
  /**
   * Every rank's value, one after the other along the first dimension.
   *
   * @param sizes - The first dimension of each rank's value, where they differ.
   */
  allGather(value: Value, sizes?: readonly number[]): Value;
  /** This rank's part, along the first dimension, of the reduction over all ranks. The parts must be equally large. */
  reduceScatter(value: Value, reduction: Reduction): Value;
  /** Part r of the result is this rank's part of rank r's value, along the first dimension; equally large parts. */
  allToAll(value: Value): Value;
  /** Runs to its end when every rank has come to it. */
  barrier(): void;
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
