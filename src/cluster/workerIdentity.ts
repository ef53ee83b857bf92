/** The facts about one worker of a cluster: its rank, how many workers there are, and where they meet. */

/** Where the workers of one job find each other. */
export interface RendezvousAddress {
  readonly host: string;
  readonly port: number;
  /** Shared secret: only the workers of this job can join. */
  readonly token: string;
}

/** The facts that a worker knows about itself before it has spoken to anybody. */
export interface WorkerIdentity {
  /** Position among all workers, from 0 to `worldSize - 1`. Rank 0 is the chief. */
  readonly rank: number;
  /** Number of workers in the whole job. */
  readonly worldSize: number;
  /** Position among the workers of this machine. */
  readonly localRank: number;
  /** Number of workers on this machine. */
  readonly localWorldSize: number;
  /** The same for all workers of one job, different for each job as far as the cluster tells jobs apart. */
  readonly jobId: string;
  /** Absent for a lone worker, and where the cluster does not say where to meet. */
  readonly rendezvous?: RendezvousAddress;
  /** Whether rank 0 itself holds the rendezvous; absent where a supervisor does. */
  readonly isSelfHosted?: true;
  /** The address of each worker by rank, where the configuration states them: all workers must state the same. */
  readonly addresses?: readonly string[];
}

/** A worker that knows where the others are. */
export type ClusterWorker = WorkerIdentity & { readonly rendezvous: RendezvousAddress };
