/** Facts about the cluster, and the place where its workers meet. */
export { resolveWorker } from './resolveWorker.ts';
export { toLauncherVariables } from './resolvers/launcher.ts';
export { parseTfConfig, type TfConfig } from './resolvers/tfConfig.ts';
export type { ClusterWorker, RendezvousAddress, WorkerIdentity } from './workerIdentity.ts';
export { connectRendezvous, type ConnectRendezvousOptions } from './rendezvous/connectRendezvous.ts';
export { hostRendezvous } from './rendezvous/hostRendezvous.ts';
export { joinRendezvous, type Joined, type JoinRendezvousOptions } from './rendezvous/joinRendezvous.ts';
export type { Abort, RendezvousStore, WaitOptions } from './rendezvous/rendezvousStore.ts';
export {
  startRendezvousServer,
  type RendezvousServer,
  type RendezvousServerOptions,
} from './rendezvous/startRendezvousServer.ts';
