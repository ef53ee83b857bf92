/** `tf.distribute`: how training is spread over devices and machines. */
export type { Communication, Reduction, Transport } from './collectives/index.ts';
export {
  Collectives,
  currentStrategy as getStrategy,
  inReplica,
  MirroredStrategy,
  MultiWorkerMirroredStrategy,
  OneDeviceStrategy,
  PerReplica,
  replicaContext as getReplicaContext,
  Strategy,
  type MirroredOptions,
  type AllGatherOptions,
  type EagerCollectives,
  type MultiWorkerMirroredOptions,
  type PerReplicaArguments,
  type ReduceOp,
  type ReplicaContext,
} from './strategy/index.ts';
