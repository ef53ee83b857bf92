/** Collectives between workers, inside compiled functions. */
export { alone } from './alone.ts';
export { toBuckets, type Sized } from './buckets.ts';
export type { Communicator, GroupOptions, Reduction, Transport } from './communicator.ts';
export { assertCommunication, formGroup, type Communication } from './formGroup.ts';
