/** The shore of the foreign library: the only folder that knows koffi, pointers and TensorFlow's C names. */
export { library, type Library } from './library.ts';
export { devicesOf, listDevices, type Device } from './listDevices.ts';
export { check, status } from './status.ts';
export { addressesOf, offset, readMemory, writeMemory } from './memory.ts';
export { readBuffer } from './readBuffer.ts';
export type * from './bindings/handles.ts';
export {
  collectivesLibrary,
  connectCommunicator,
  findCollectivesLibrary,
  type CollectivesLibrary,
} from './collectivesLibrary.ts';
export { bindCxx } from './bindCxx.ts';
export { enableOpDeterminism } from './determinism.ts';
export { ProfilerSession } from './profilerSession.ts';
export type { CommunicatorId } from './bindings/collectives.ts';
export { ensureRuntime, findRuntime, type Runtime } from './runtime/index.ts';
