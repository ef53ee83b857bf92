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
  /**
   * Calls `apply` with the mean over all replicas of `gradients`, which are named as their variables. Replicas of one
   * process share their variables: there `apply` is called once, for the last of them.
   */
  applyReduced(gradients: NamedTensorMap, apply: (reduced: NamedTensorMap) => void): void;
}

let current: ReplicaContext | undefined;

/** The replica context in force, or undefined outside of a strategy's step. */
export function replicaContext(): ReplicaContext | undefined {
  return current;
}

/** Runs `fn` as the step of a replica, or as that of none. */
export function inReplica<T>(context: ReplicaContext | undefined, fn: () => T): T {
  const before = current;
  current = context;
  try {
    return fn();
  } finally {
    current = before;
  }
}

/** `applyReduced` of the replica in force; outside of any, `apply` takes the gradients as they are. */
export function applyReduced(gradients: NamedTensorMap, apply: (reduced: NamedTensorMap) => void): void {
  if (current === undefined) apply(gradients);
  else current.applyReduced(gradients, apply);
}
