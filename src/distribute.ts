/** `tf.distribute`: how training is spread over devices and machines. */
export {
  currentStrategy as getStrategy,
  inReplica,
  MirroredStrategy,
  MultiWorkerMirroredStrategy,
  OneDeviceStrategy,
  PerReplica,
  replicaContext as getReplicaContext,
  Strategy,
  type MirroredOptions,
  type MultiWorkerMirroredOptions,
  type PerReplicaArguments,
  type ReduceOp,
  type ReplicaContext,
} from './strategy/index.ts';
