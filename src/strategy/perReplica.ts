/** One value for each replica of this process. */

/** What `MirroredStrategy.run` takes and gives: as Python's `PerReplica` values. */
export class PerReplica<T> {
  /** In the order of the replicas. */
  readonly values: readonly T[];

  constructor(values: readonly T[]) {
    this.values = values;
  }
}

/** Arguments of a step, each the same for all replicas or one for each. */
export type PerReplicaArguments<A extends readonly unknown[]> = { readonly [K in keyof A]: A[K] | PerReplica<A[K]> };
