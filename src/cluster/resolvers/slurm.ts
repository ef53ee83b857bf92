/** A task of Slurm, as `srun node train.ts` starts it. */
import type { WorkerIdentity } from '../workerIdentity.ts';
import { jobPort } from './jobPort.ts';
import { startedByMpiexec } from './mpi.ts';
import { expandCounts, expandNodeList } from './slurmNodes.ts';
import { Variables } from './variables.ts';

const remedy = 'Start the workers by `srun` within the job, which sets it; or by `npx tfjs-distribute run`.';

/**
 * Reads the identity that `srun` gave; `undefined` where this process is not a task of a job step: in a batch script
 * outside of `srun`, or under `mpiexec`, whose daemons are then Slurm's tasks.
 *
 * @throws UserError `TFD_CLUSTER_VARIABLE` naming the first variable that is missing or malformed
 */
export function fromSlurm(env: NodeJS.ProcessEnv): WorkerIdentity | undefined {
  const variables = new Variables(env, remedy);
  const step = variables.firstOf('SLURM_STEP_ID', 'SLURM_STEPID');
  if (!variables.has('SLURM_PROCID') || !variables.has(step) || startedByMpiexec(env)) return undefined;

  const count = variables.firstOf('SLURM_STEP_NUM_TASKS', 'SLURM_NTASKS');
  const worldSize = variables.wholeNumber(count, 1);
  const jobId = `slurm-${variables.text('SLURM_JOB_ID')}.${variables.text(step)}`;
  const localWorldSize = tasksOfNode(variables);
  return {
    rank: variables.position('SLURM_PROCID', worldSize, count),
    worldSize,
    localRank: localWorldSize === 1 ? 0 : variables.position('SLURM_LOCALID', localWorldSize, 'the tasks of its node'),
    localWorldSize,
    jobId,
    rendezvous: { host: firstNode(variables), port: jobPort(jobId), token: jobId },
    isSelfHosted: true,
  };
}

function firstNode(variables: Variables): string {
  const name = variables.firstOf('SLURM_STEP_NODELIST', 'SLURM_JOB_NODELIST', 'SLURM_NODELIST');
  const node = expandNodeList(variables.text(name))?.[0];
  if (node === undefined) throw variables.malformed(name, 'must be a list of nodes, as node[01-03,7],gpu-1');
  return node;
}

function tasksOfNode(variables: Variables): number {
  const name = variables.firstOf('SLURM_STEP_TASKS_PER_NODE', 'SLURM_TASKS_PER_NODE');
  if (!variables.has(name)) return 1;
  const counts = expandCounts(variables.text(name));
  if (counts === undefined) throw variables.malformed(name, 'must be a list of counts, as 2(x3),1');
  const node = variables.position('SLURM_NODEID', counts.length, `the number of nodes in ${name}`);
  return counts[node] ?? 1;
}
