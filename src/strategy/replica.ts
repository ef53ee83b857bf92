/** What code inside a replica's step can ask of the strategy that runs it. */
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';

/** How values of several replicas become one. */
export type ReduceOp = 'sum' | 'mean';

/** The replica whose step is being traced. */
export interface ReplicaContext {
  /** Number of this replica among all, from 0. */
  readonly replicaId: number;
  readonly numReplicas: number;
  /**
   * Factor for this replica's loss before its gradient is taken, so that the mean over the replicas is the mean over
   * all samples: 1 where all replicas have the same number of samples.
   */
  readonly lossScale: number;
  /** The sum or mean of `values` over all replicas, tensor by tensor; every replica gets it. */
  allReduce(values: readonly Tensor[], op: ReduceOp): Tensor[];
  /** The gradients to apply: the mean over all replicas, in buckets, in the order in which they become ready. */
  reduceGradients(gradients: NamedTensorMap): NamedTensorMap;
}

let current: ReplicaContext | undefined;

/** The replica context in force, or undefined outside of a strategy's step. */
export function replicaContext(): ReplicaContext | undefined {
  return current;
}

/** Runs `fn` as the step of a replica. */
export function inReplica<T>(context: ReplicaContext, fn: () => T): T {
  const before = current;
  current = context;
  try {
    return fn();
  } finally {
    current = before;
  }
}
