/** Which workers of the whole job this launcher starts, and where they meet. */
import { randomBytes, randomUUID } from 'node:crypto';
import { hostname, networkInterfaces } from 'node:os';
import { UserError } from '../base/errors.ts';
import { resolveWorker, type RendezvousAddress, type WorkerIdentity } from '../cluster/index.ts';
import type { LaunchOptions } from './launchOptions.ts';

export interface WorkerPlan {
  /** The workers of this machine. */
  readonly workers: readonly WorkerIdentity[];
  readonly worldSize: number;
  /** Port 0 is any free one. */
  readonly rendezvous: RendezvousAddress;
  /** Whether this launcher holds the rendezvous: exactly one of a job does. */
  readonly isHost: boolean;
}

/** The port on which machines meet, where the user names none: it must be the same on all of them. */
const defaultPort = 4711;

type PlanOptions = Pick<LaunchOptions, 'machines' | 'machine' | 'token'> & { readonly port: number };

/**
 * @param numWorkers number of workers on this machine; `undefined` where the user did not say
 * @throws UserError `TFD_WORKERS_IN_CLUSTER` when several workers are wanted in each task of Slurm, MPI or Kubernetes;
 * `TFD_MACHINE_UNKNOWN` when this machine is none of `machines`
 */
export function planWorkers(numWorkers: number | undefined, options: PlanOptions, env: NodeJS.ProcessEnv): WorkerPlan {
  const { machines = [], port, token } = options;
  if (machines.length > 1) return planMachines(numWorkers ?? 1, machines, options);
  const outer = resolveWorker(env);
  if (outer.worldSize > 1 && outer.rendezvous !== undefined && outer.isSelfHosted === true) {
    return planTask(numWorkers, outer, outer.rendezvous);
  }
  const rendezvous = { host: '127.0.0.1', port, token: token ?? randomBytes(16).toString('hex') };
  return { ...share(0, numWorkers ?? 1, 1, randomUUID()), rendezvous, isHost: true };
}

/** A task of a cluster: the one worker that it is. */
function planTask(numWorkers: number | undefined, worker: WorkerIdentity, rendezvous: RendezvousAddress): WorkerPlan {
  if (numWorkers !== undefined && numWorkers > 1) {
    throw new UserError({
      code: 'TFD_WORKERS_IN_CLUSTER',
      rule: 'Where Slurm, MPI, Kubernetes or TF_CONFIG starts the workers, each task is one worker.',
      received: `${numWorkers} workers in the task of rank ${worker.rank} of ${worker.worldSize}`,
      remedy: 'Leave --workers out, and ask the cluster for more tasks on each machine.',
    });
  }
  return { workers: [worker], worldSize: worker.worldSize, rendezvous, isHost: worker.rank === 0 };
}

function planMachines(numWorkers: number, machines: readonly string[], options: PlanOptions): WorkerPlan {
  const index = options.machine === undefined ? findOwn(machines) : machines.indexOf(options.machine);
  const host = machines[0];
  if (index < 0 || host === undefined) {
    throw new UserError({
      code: 'TFD_MACHINE_UNKNOWN',
      rule: 'This machine must be one of the machines of the job.',
      received: `${options.machine ?? 'this machine'}, and the machines ${machines.join(', ')}`,
      remedy: 'Name machines by their IP addresses or host names, or say by --machine which one this is.',
    });
  }
  const port = options.port === 0 ? defaultPort : options.port;
  const jobId = `machines-${host}:${port}`;
  const rendezvous = { host, port, token: options.token ?? jobId };
  return { ...share(index, numWorkers, machines.length, jobId), rendezvous, isHost: index === 0 };
}

/** The workers of one machine, each of which has as many. */
function share(machine: number, numWorkers: number, numMachines: number, jobId: string) {
  const worldSize = numMachines * numWorkers;
  const workers = Array.from({ length: numWorkers }, (_, localRank): WorkerIdentity => {
    return { rank: machine * numWorkers + localRank, worldSize, localRank, localWorldSize: numWorkers, jobId };
  });
  return { workers, worldSize };
}

function findOwn(machines: readonly string[]): number {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  const own = new Set([...addresses, hostname(), 'localhost']);
  return machines.findIndex((machine) => own.has(machine));
}
