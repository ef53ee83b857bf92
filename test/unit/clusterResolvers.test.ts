/** Which worker a process is, by the variables that Slurm, MPI, Kubernetes and TF_CONFIG set. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/base/errors.ts';
import { parseTfConfig, resolveWorker } from '../../src/cluster/index.ts';
import { expandCounts, expandNodeList } from '../../src/cluster/resolvers/slurmNodes.ts';

const timeout = 5000;

const slurm = {
  SLURM_JOB_ID: '4242',
  SLURM_STEP_ID: '0',
  SLURM_PROCID: '3',
  SLURM_NTASKS: '5',
  SLURM_LOCALID: '1',
  SLURM_NODEID: '1',
  SLURM_TASKS_PER_NODE: '2(x2),1',
  SLURM_JOB_NODELIST: 'node[08-10]',
};
const tfConfig = (type: string, index: number, cluster: object = { chief: ['a:1'], worker: ['a:2', 'b:1'] }) => ({
  TF_CONFIG: JSON.stringify({ cluster, task: { type, index } }),
});
const openMpi = {
  OMPI_COMM_WORLD_RANK: '1',
  OMPI_COMM_WORLD_SIZE: '4',
  OMPI_COMM_WORLD_LOCAL_RANK: '1',
  OMPI_COMM_WORLD_LOCAL_SIZE: '2',
};
const kubernetes = {
  JOB_COMPLETION_INDEX: '2',
  HOSTNAME: 'my-train-2',
  TFJS_DISTRIBUTE_NUM_WORKERS: '3',
  TFJS_DISTRIBUTE_SERVICE: 'trainers',
};

function failure(env: NodeJS.ProcessEnv): UserError {
  try {
    resolveWorker(env);
  } catch (error) {
    assert(error instanceof UserError);
    return error;
  }
  throw new assert.AssertionError({ message: `accepted ${JSON.stringify(env)}` });
}

test('node lists of Slurm are expanded in their order, with the digits that they have', { timeout }, () => {
  const cases: [list: string, nodes: string[] | undefined][] = [
    ['alone', ['alone']],
    ['node[01-03,7],login', ['node01', 'node02', 'node03', 'node7', 'login']],
    ['gpu-[1-2]x[3-4]', ['gpu-1x3', 'gpu-1x4', 'gpu-2x3', 'gpu-2x4']],
    ['n[9-11]-ib', ['n9-ib', 'n10-ib', 'n11-ib']],
    ['n[098-101].hpc.example', ['n098.hpc.example', 'n099.hpc.example', 'n100.hpc.example', 'n101.hpc.example']],
    ...['', 'a,,b', 'node[1-', 'node[]', 'node[3-1]', 'node]1[', 'node[a-c]', 'node[1-99999999999]'].map(
      (list): [string, undefined] => [list, undefined],
    ),
  ];
  for (const [list, nodes] of cases) assert.deepEqual(expandNodeList(list), nodes, list);
});

test('counts of Slurm are expanded', { timeout }, () => {
  assert.deepEqual(expandCounts('2(x3),1'), [2, 2, 2, 1]);
  assert.equal(expandCounts('2(x'), undefined);
});

test('a task of Slurm meets the others on the first node, at a port that the job tells', { timeout }, () => {
  const { rendezvous, ...worker } = resolveWorker(slurm);
  assert.deepEqual(worker, {
    ...{ rank: 3, worldSize: 5, localRank: 1, localWorldSize: 2 },
    ...{ jobId: 'slurm-4242.0', isSelfHosted: true },
  });
  assert(rendezvous !== undefined);
  assert.equal(rendezvous.host, 'node08');
  assert(rendezvous.port >= 61_000 && rendezvous.port < 65_000);
  const portOf = (changes: NodeJS.ProcessEnv) => resolveWorker({ ...slurm, ...changes }).rendezvous?.port;
  assert.equal(portOf({ SLURM_PROCID: '0', SLURM_LOCALID: '0', SLURM_NODEID: '0' }), rendezvous.port);
  assert.notEqual(portOf({ SLURM_JOB_ID: '4243' }), rendezvous.port);
});

test('the step counts, not the allocation; a batch script outside of srun is alone', { timeout }, () => {
  const step = { SLURM_STEP_NUM_TASKS: '4', SLURM_STEP_NODELIST: 'node[09-10]', SLURM_STEP_TASKS_PER_NODE: '2(x2)' };
  const worker = resolveWorker({ ...slurm, ...step });
  assert.deepEqual([worker.worldSize, worker.rendezvous?.host], [4, 'node09']);
  assert.equal(resolveWorker({ ...slurm, SLURM_STEP_ID: undefined }).worldSize, 1);
});

test('ranks of Open MPI and MPICH on one machine meet there', { timeout }, () => {
  const mpich = { PMI_RANK: '1', PMI_SIZE: '2', MPI_LOCALRANKID: '1', MPI_LOCALNRANKS: '2' };
  for (const env of [{ ...openMpi, OMPI_COMM_WORLD_SIZE: '2' }, mpich]) {
    const { rank, worldSize, localRank, rendezvous } = resolveWorker(env);
    assert.deepEqual([rank, worldSize, localRank, rendezvous?.host], [1, 2, 1, '127.0.0.1']);
  }
});

test('ranks of MPI on several machines meet where the user says', { timeout }, () => {
  assert.equal(resolveWorker(openMpi).rendezvous, undefined);
  const given = { TFJS_DISTRIBUTE_RENDEZVOUS: '[fd00::1]:4711', TFJS_DISTRIBUTE_TOKEN: 'secret' };
  assert.deepEqual(resolveWorker({ ...openMpi, ...given }).rendezvous, {
    ...{ host: 'fd00::1', port: 4711, token: 'secret' },
  });
});

test('a pod of an indexed Job meets the others at the pod of index 0', { timeout }, () => {
  const { rank, worldSize, rendezvous } = resolveWorker(kubernetes);
  assert.deepEqual([rank, worldSize, rendezvous?.host], [2, 3, 'my-train-0.trainers']);
  assert.equal(resolveWorker({ JOB_COMPLETION_INDEX: '2' }).worldSize, 1, 'pods of a sweep are no cluster');
});

test('TF_CONFIG: the chief comes first, then the workers; neighbours share a host', { timeout }, () => {
  const addresses = ['a:1', 'a:2', 'b:1'];
  assert.deepEqual(resolveWorker(tfConfig('worker', 0)), {
    ...{ rank: 1, worldSize: 3, localRank: 1, localWorldSize: 2, jobId: 'tf-config-a:1', isSelfHosted: true },
    ...{ rendezvous: { host: 'a', port: 1, token: 'tf-config-a:1' }, addresses },
  });
  assert.equal(resolveWorker(tfConfig('chief', 0)).rank, 0);
  assert.equal(resolveWorker({ TF_CONFIG: '{}' }).worldSize, 1);
  const servers = { worker: ['a:1', 'b:1'], ps: ['c:1'] };
  assert.deepEqual(parseTfConfig(tfConfig('ps', 0, servers)), { cluster: servers, task: { type: 'ps', index: 0 } });
  assert.match(failure(tfConfig('ps', 0, servers)).rule, /chief, master or worker/);
});

test('a mistake in TF_CONFIG is named by its place', { timeout }, () => {
  const cases: [env: NodeJS.ProcessEnv, words: RegExp][] = [
    [{ TF_CONFIG: '{"cluster": ' }, /must be JSON/],
    [{ TF_CONFIG: '[]' }, /must be an object/],
    [tfConfig('worker', 0, { worker: 'a:1' }), /cluster\.worker must be a list/],
    [tfConfig('worker', 0, { worker: ['a:1', 'b'] }), /cluster\.worker\[1\] must be host:port/],
    [
      tfConfig('worker', 0, { chief: ['a:1'], worker: ['b:1', 'a:1'] }),
      /a:1 at cluster\.chief\[0\] and cluster\.worker\[1\]/,
    ],
    [tfConfig('worker', 2), /task\.index must be a place in cluster\.worker, which has 2/],
    [tfConfig('trainer', 0), /task\.type must name a list/],
  ];
  for (const [env, words] of cases) {
    const error = failure(env);
    assert.equal(error.code, 'TFD_TF_CONFIG');
    assert.match(error.message, words);
  }
});

test('a malformed variable is named, with its value', { timeout }, () => {
  const cases: [env: NodeJS.ProcessEnv, words: RegExp][] = [
    [{ ...slurm, SLURM_JOB_NODELIST: 'node[1-' }, /SLURM_JOB_NODELIST must be a list of nodes.*\n.*"node\[1-"/],
    [{ ...slurm, SLURM_PROCID: '5' }, /SLURM_PROCID must be smaller than SLURM_NTASKS, which is 5/],
    [{ ...slurm, SLURM_TASKS_PER_NODE: 'two' }, /SLURM_TASKS_PER_NODE must be a list of counts/],
    [{ ...openMpi, OMPI_COMM_WORLD_SIZE: undefined }, /OMPI_COMM_WORLD_SIZE must be set/],
    [{ ...kubernetes, TFJS_DISTRIBUTE_NUM_WORKERS: undefined }, /TFJS_DISTRIBUTE_NUM_WORKERS must be set/],
    [{ ...kubernetes, TFJS_DISTRIBUTE_SERVICE: undefined }, /TFJS_DISTRIBUTE_SERVICE must be set/],
    [{ ...kubernetes, HOSTNAME: 'elsewhere' }, /HOSTNAME must end in -2/],
    [{ ...openMpi, TFJS_DISTRIBUTE_RENDEZVOUS: 'a' }, /TFJS_DISTRIBUTE_RENDEZVOUS must be host:port/],
  ];
  for (const [env, words] of cases) {
    const error = failure(env);
    assert.equal(error.code, 'TFD_CLUSTER_VARIABLE');
    assert.match(error.message, words);
  }
});

test('clusters that contradict each other are both named', { timeout }, () => {
  const error = failure({ ...slurm, ...tfConfig('worker', 0) });
  assert.equal(error.code, 'TFD_CLUSTER_CONTRADICTION');
  assert.equal(error.received, 'TF_CONFIG says rank 1 of 3, Slurm says rank 3 of 5');
  assert.match(failure({ ...openMpi, ...kubernetes }).message, /MPI says rank 1 of 4, Kubernetes says rank 2 of 3/);
});

test(
  'clusters that agree are one; mpiexec within a job of Slurm counts, not the tasks of its daemons',
  { timeout },
  () => {
    const pmi = { PMI_RANK: '3', PMI_SIZE: '5' };
    assert.equal(resolveWorker({ ...slurm, ...pmi }).rendezvous?.host, 'node08');
    assert.deepEqual(
      [resolveWorker({ ...slurm, ...openMpi }).rank, resolveWorker({ ...slurm, ...openMpi }).worldSize],
      [1, 4],
    );
  },
);

test('what the launcher says counts alone', { timeout }, () => {
  const launcher = {
    ...{ TFJS_DISTRIBUTE_RANK: '0', TFJS_DISTRIBUTE_WORLD_SIZE: '2', TFJS_DISTRIBUTE_LOCAL_RANK: '0' },
    ...{ TFJS_DISTRIBUTE_LOCAL_WORLD_SIZE: '2', TFJS_DISTRIBUTE_JOB_ID: 'job', TFJS_DISTRIBUTE_TOKEN: 'secret' },
    TFJS_DISTRIBUTE_RENDEZVOUS: '127.0.0.1:4711',
  };
  assert.equal(resolveWorker({ ...slurm, ...openMpi, ...launcher }).worldSize, 2);
});
