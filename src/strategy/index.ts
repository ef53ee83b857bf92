/** Strategies: how training is spread over devices and machines. */
export { MultiWorkerMirroredStrategy, type MultiWorkerMirroredOptions } from './multiWorkerMirrored.ts';
export { OneDeviceStrategy } from './oneDevice.ts';
export { inReplica, replicaContext, type ReduceOp, type ReplicaContext } from './replica.ts';
export { currentStrategy, Strategy, type StepOptions } from './strategy.ts';
