/** Strategies: how training is spread over devices and machines. */
export { Collectives, type AllGatherOptions } from './collectives.ts';
export type { EagerCollectives } from './eagerCollectives.ts';
export { MirroredStrategy, type MirroredOptions } from './mirrored.ts';
export { MultiWorkerMirroredStrategy, type MultiWorkerMirroredOptions } from './multiWorkerMirrored.ts';
export { OneDeviceStrategy } from './oneDevice.ts';
export { PerReplica, type PerReplicaArguments } from './perReplica.ts';
export { inReplica, replicaContext, type ReduceOp, type ReplicaContext } from './replica.ts';
export { shareOf, type Share } from './share.ts';
export { currentStrategy, Strategy, type StepOptions } from './strategy.ts';
