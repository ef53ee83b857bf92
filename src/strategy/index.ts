/** Strategies: how training is spread over devices and machines. */
export { OneDeviceStrategy } from './oneDevice.ts';
export { inReplica, replicaContext, type ReduceOp, type ReplicaContext } from './replica.ts';
export { currentStrategy, Strategy, type StepOptions } from './strategy.ts';
