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
  /** The same for all workers of one job, different for each job. */
  readonly jobId: string;
  /** Absent for a lone worker. */
  readonly rendezvous?: RendezvousAddress;
}
