/** Finds out which worker of which cluster this process is. */
import { fromLauncher } from './resolvers/launcher.ts';
import type { WorkerIdentity } from './workerIdentity.ts';

/** Reads an identity from the environment; `undefined` where this environment was not set up by that kind of cluster. */
export type WorkerResolver = (env: NodeJS.ProcessEnv) => WorkerIdentity | undefined;

/** The kinds of cluster that we recognise; the first one that answers decides. */
const resolvers: readonly WorkerResolver[] = [fromLauncher];

const loneWorker: WorkerIdentity = { rank: 0, worldSize: 1, localRank: 0, localWorldSize: 1, jobId: 'local' };

/**
 * Finds out which worker this process is. Without any cluster it is a lone worker: rank 0 of 1, no rendezvous.
 *
 * @param env environment variables to read; default `process.env`
 * @throws UserError `TFD_CLUSTER_VARIABLE` when a variable is malformed or missing; the message names it
 */
export function resolveWorker(env: NodeJS.ProcessEnv = process.env): WorkerIdentity {
  for (const resolve of resolvers) {
    const identity = resolve(env);
    if (identity !== undefined) return identity;
  }
  return loneWorker;
}
