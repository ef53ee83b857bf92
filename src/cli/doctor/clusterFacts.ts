/** Which cluster the environment variables of this process tell of, in words. */

export interface ClusterFacts {
  /** One sentence for each sign, for example `Slurm: job 17, 4 tasks on 2 nodes`. */
  signs: string[];
  /** Our own variables that are set; secrets are masked. */
  variables: Record<string, string>;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function clusterFacts(env: Environment): ClusterFacts {
  const signs = [tfConfig(env), slurm(env), kubernetes(env), mpi(env)].filter((sign) => sign !== undefined);
  // QUIET is a note of this process to those it starts: no choice of the user's.
  const isOwn = (name: string): boolean => name.startsWith('TFJS_DISTRIBUTE_') && name !== 'TFJS_DISTRIBUTE_QUIET';
  const own = Object.entries(env).filter(([name]) => isOwn(name));
  const masked = own.map(([name, value = '']) => [name, /TOKEN|SECRET|PASSWORD|KEY/.test(name) ? '***' : value]);
  return { signs, variables: Object.fromEntries(masked) as Record<string, string> };
}

function tfConfig(env: Environment): string | undefined {
  const value = env['TF_CONFIG'];
  if (value === undefined) return undefined;
  try {
    const { cluster, task } = JSON.parse(value) as {
      cluster?: Record<string, unknown>;
      task?: { type?: unknown; index?: unknown };
    };
    const roles = Object.entries(cluster ?? {}).map(
      ([role, hosts]) => `${Array.isArray(hosts) ? hosts.length : 1} ${role}`,
    );
    const self = task === undefined ? '' : `, this is ${String(task.type)} ${String(task.index)}`;
    return `TF_CONFIG: ${roles.join(', ') || 'no cluster'}${self}`;
  } catch {
    return 'TF_CONFIG is set, but is not JSON';
  }
}

function slurm(env: Environment): string | undefined {
  const job = env['SLURM_JOB_ID'];
  if (job === undefined) return undefined;
  const tasks = env['SLURM_NTASKS'] ?? '?';
  const nodes = env['SLURM_JOB_NUM_NODES'] ?? env['SLURM_NNODES'] ?? '?';
  return `Slurm: job ${job}, ${tasks} tasks on ${nodes} nodes`;
}

function kubernetes(env: Environment): string | undefined {
  const host = env['KUBERNETES_SERVICE_HOST'];
  return host === undefined ? undefined : `Kubernetes: pod ${env['HOSTNAME'] ?? '?'}, API at ${host}`;
}

function mpi(env: Environment): string | undefined {
  const size = env['OMPI_COMM_WORLD_SIZE'] ?? env['PMI_SIZE'];
  const rank = env['OMPI_COMM_WORLD_RANK'] ?? env['PMI_RANK'];
  return size === undefined ? undefined : `MPI: rank ${rank ?? '?'} of ${size}`;
}
