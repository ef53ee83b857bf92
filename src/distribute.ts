/** `tf.distribute`: how training is spread over devices and machines. */
export {
  currentStrategy as getStrategy,
  inReplica,
  MultiWorkerMirroredStrategy,
  OneDeviceStrategy,
  replicaContext as getReplicaContext,
  Strategy,
  type MultiWorkerMirroredOptions,
  type ReduceOp,
  type ReplicaContext,
} from './strategy/index.ts';
