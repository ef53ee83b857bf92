/** Which samples of a batch are a replica's. */

/** A replica's part of a batch: positions `start` to `end` (exclusive). */
export interface Share {
  readonly start: number;
  readonly end: number;
  /** The part's size as a fraction of the batch, from 0 to 1. */
  readonly weight: number;
}

/**
 * The share of replica number `replica`: a contiguous part. Where `size` does not divide, the first replicas have one
 * sample more; where there are fewer samples than replicas, the last have none.
 */
export function shareOf(size: number, numReplicas: number, replica: number): Share {
  const least = Math.floor(size / numReplicas);
  const numLarger = size % numReplicas;
  const start = replica * least + Math.min(replica, numLarger);
  const end = start + least + (replica < numLarger ? 1 : 0);
  return { start, end, weight: (end - start) / size };
}
