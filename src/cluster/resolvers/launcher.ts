/** The environment variables by which `tfjs-distribute run` tells a worker who it is: written and read here. */
import type { ClusterWorker, WorkerIdentity } from '../workerIdentity.ts';
import { Variables } from './variables.ts';

/** Those that only the launcher sets: the others also serve where no launcher is. */
const ownNames = [
  'TFJS_DISTRIBUTE_RANK',
  'TFJS_DISTRIBUTE_WORLD_SIZE',
  'TFJS_DISTRIBUTE_LOCAL_RANK',
  'TFJS_DISTRIBUTE_LOCAL_WORLD_SIZE',
] as const;
const names = [...ownNames, 'TFJS_DISTRIBUTE_JOB_ID', 'TFJS_DISTRIBUTE_RENDEZVOUS', 'TFJS_DISTRIBUTE_TOKEN'] as const;
const remedy =
  'Start workers with `npx tfjs-distribute run`, which sets all of these variables, or set each of: ' +
  `${names.join(', ')}.`;

/**
 * Reads the identity that our launcher gave; `undefined` when none of its variables is set.
 *
 * @throws UserError `TFD_CLUSTER_VARIABLE` naming the first variable that is missing or malformed
 */
export function fromLauncher(env: NodeJS.ProcessEnv): WorkerIdentity | undefined {
  const variables = new Variables(env, remedy);
  if (!ownNames.some((name) => variables.has(name))) return undefined;
  const worldSize = variables.wholeNumber('TFJS_DISTRIBUTE_WORLD_SIZE', 1);
  const localWorldSize = variables.wholeNumber('TFJS_DISTRIBUTE_LOCAL_WORLD_SIZE', 1);
  const position = variables.position.bind(variables);
  return {
    rank: position('TFJS_DISTRIBUTE_RANK', worldSize, 'TFJS_DISTRIBUTE_WORLD_SIZE'),
    worldSize,
    localRank: position('TFJS_DISTRIBUTE_LOCAL_RANK', localWorldSize, 'TFJS_DISTRIBUTE_LOCAL_WORLD_SIZE'),
    localWorldSize,
    jobId: variables.text('TFJS_DISTRIBUTE_JOB_ID'),
    rendezvous: {
      ...variables.address('TFJS_DISTRIBUTE_RENDEZVOUS'),
      token: variables.text('TFJS_DISTRIBUTE_TOKEN'),
    },
  };
}

/** The reverse of {@link fromLauncher}: the variables that make a process this worker. */
export function toLauncherVariables(worker: ClusterWorker): Record<(typeof names)[number], string> {
  return {
    TFJS_DISTRIBUTE_RANK: String(worker.rank),
    TFJS_DISTRIBUTE_WORLD_SIZE: String(worker.worldSize),
    TFJS_DISTRIBUTE_LOCAL_RANK: String(worker.localRank),
    TFJS_DISTRIBUTE_LOCAL_WORLD_SIZE: String(worker.localWorldSize),
    TFJS_DISTRIBUTE_JOB_ID: worker.jobId,
    TFJS_DISTRIBUTE_RENDEZVOUS: `${worker.rendezvous.host}:${worker.rendezvous.port}`,
    TFJS_DISTRIBUTE_TOKEN: worker.rendezvous.token,
  };
}
