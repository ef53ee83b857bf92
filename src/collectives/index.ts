/** Collectives between workers, inside compiled functions. */
export { toBuckets, type Sized } from './buckets.ts';
export type { Communicator, GroupOptions, Reduction } from './communicator.ts';
export { formGroup, type Communication } from './formGroup.ts';
