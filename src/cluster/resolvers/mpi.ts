/** A rank of MPI, as `mpiexec -n 4 node train.ts` starts it: Open MPI, MPICH, Intel MPI, or Slurm's own PMI. */
import type { WorkerIdentity } from '../workerIdentity.ts';
import { jobPort } from './jobPort.ts';
import { Variables } from './variables.ts';

interface Dialect {
  readonly rank: string;
  readonly size: string;
  readonly localRank: string;
  readonly localSize: string;
}

const dialects: readonly Dialect[] = [
  {
    rank: 'OMPI_COMM_WORLD_RANK',
    size: 'OMPI_COMM_WORLD_SIZE',
    localRank: 'OMPI_COMM_WORLD_LOCAL_RANK',
    localSize: 'OMPI_COMM_WORLD_LOCAL_SIZE',
  },
  { rank: 'PMI_RANK', size: 'PMI_SIZE', localRank: 'MPI_LOCALRANKID', localSize: 'MPI_LOCALNRANKS' },
];
const remedy = 'Start the workers by `mpiexec`, which sets it; or by `npx tfjs-distribute run`.';

/** Whether `mpiexec` started this process, and not Slurm by the interface that MPI uses too. */
export function startedByMpiexec(env: NodeJS.ProcessEnv): boolean {
  return dialects.some(({ localSize }) => env[localSize] !== undefined);
}

/**
 * Reads the identity that MPI gave; `undefined` where it gave none. MPI names no host: where the ranks run on several
 * machines, `TFJS_DISTRIBUTE_RENDEZVOUS` must say where to meet.
 *
 * @throws UserError `TFD_CLUSTER_VARIABLE` naming the first variable that is missing or malformed
 */
export function fromMpi(env: NodeJS.ProcessEnv): WorkerIdentity | undefined {
  const variables = new Variables(env, remedy);
  const names = dialects.find(({ rank, size }) => variables.has(rank) || variables.has(size));
  if (names === undefined) return undefined;

  const worldSize = variables.wholeNumber(names.size, 1);
  const localWorldSize = variables.has(names.localSize) ? variables.wholeNumber(names.localSize, 1) : 1;
  // Open MPI names its jobs, MPICH does not.
  const jobId = `mpi-${env['PMIX_NAMESPACE'] ?? 'job'}`;
  return {
    rank: variables.position(names.rank, worldSize, names.size),
    worldSize,
    localRank: localWorldSize === 1 ? 0 : variables.position(names.localRank, localWorldSize, names.localSize),
    localWorldSize,
    jobId,
    ...(localWorldSize === worldSize ? { rendezvous: { host: '127.0.0.1', port: jobPort(jobId), token: jobId } } : {}),
    isSelfHosted: true,
  };
}
