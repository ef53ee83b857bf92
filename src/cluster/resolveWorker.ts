/** Finds out which worker of which cluster this process is. */
import { UserError } from '../base/errors.ts';
import { fromKubernetes } from './resolvers/kubernetes.ts';
import { fromLauncher } from './resolvers/launcher.ts';
import { fromMpi } from './resolvers/mpi.ts';
import { fromSlurm } from './resolvers/slurm.ts';
import { fromTfConfig } from './resolvers/tfConfig.ts';
import { Variables } from './resolvers/variables.ts';
import type { WorkerIdentity } from './workerIdentity.ts';

/** Reads an identity from the environment; `undefined` where this environment was not set up by that kind of cluster. */
export type WorkerResolver = (env: NodeJS.ProcessEnv) => WorkerIdentity | undefined;

/** The kinds of cluster that we recognise, beside our launcher; the first one that answers decides. */
const resolvers: readonly { readonly name: string; readonly resolve: WorkerResolver }[] = [
  { name: 'TF_CONFIG', resolve: fromTfConfig },
  { name: 'Slurm', resolve: fromSlurm },
  { name: 'MPI', resolve: fromMpi },
  { name: 'Kubernetes', resolve: fromKubernetes },
];

const loneWorker: WorkerIdentity = { rank: 0, worldSize: 1, localRank: 0, localWorldSize: 1, jobId: 'local' };

/**
 * Finds out which worker this process is. What our launcher says counts alone: it started this very process. Else
 * `TF_CONFIG`, Slurm, MPI and Kubernetes are asked, and must agree where several answer. `TFJS_DISTRIBUTE_RENDEZVOUS`
 * and `TFJS_DISTRIBUTE_TOKEN` replace where those would meet. Without any cluster a process is a lone worker: rank 0
 * of 1, no rendezvous.
 *
 * @param env environment variables to read; default `process.env`
 * @throws UserError `TFD_CLUSTER_VARIABLE` or `TFD_TF_CONFIG` when a variable is malformed or missing; the message
 * names it; `TFD_CLUSTER_CONTRADICTION` when two clusters say different things
 */
export function resolveWorker(env: NodeJS.ProcessEnv = process.env): WorkerIdentity {
  return fromLauncher(env) ?? fromCluster(env) ?? loneWorker;
}

function fromCluster(env: NodeJS.ProcessEnv): WorkerIdentity | undefined {
  const [first, ...others] = resolvers.flatMap(({ name, resolve }) => {
    const worker = resolve(env);
    return worker === undefined ? [] : [{ name, worker }];
  });
  if (first === undefined) return undefined;
  const says = ({ rank, worldSize }: WorkerIdentity) => `rank ${rank} of ${worldSize}`;
  for (const other of others) {
    if (says(first.worker) === says(other.worker)) continue;
    throw new UserError({
      code: 'TFD_CLUSTER_CONTRADICTION',
      rule: 'All that the environment says about the cluster must be about the same one.',
      received: `${first.name} says ${says(first.worker)}, ${other.name} says ${says(other.worker)}`,
      remedy: `Remove the variables of ${first.name} or of ${other.name} from the environment of the workers.`,
    });
  }
  return withRendezvous(
    [first, ...others].map(({ worker }) => worker),
    env,
  );
}

/** The first identity, with the place to meet that the user gave, or else the first one that is known. */
function withRendezvous(workers: readonly WorkerIdentity[], env: NodeJS.ProcessEnv): WorkerIdentity | undefined {
  const [identity] = workers;
  if (identity === undefined || identity.worldSize === 1) return identity && alone(identity);
  const known = workers.find(({ rendezvous }) => rendezvous !== undefined)?.rendezvous;
  const variables = new Variables(env, 'Give the address of rank 0 and a free port there, the same to all workers.');
  const given = variables.has('TFJS_DISTRIBUTE_RENDEZVOUS') ? variables.address('TFJS_DISTRIBUTE_RENDEZVOUS') : known;
  if (given === undefined) return identity;
  const token = env['TFJS_DISTRIBUTE_TOKEN'] ?? known?.token ?? identity.jobId;
  return { ...identity, rendezvous: { host: given.host, port: given.port, token } };
}

/** A single worker meets nobody. */
function alone({ jobId }: WorkerIdentity): WorkerIdentity {
  return { ...loneWorker, jobId };
}
