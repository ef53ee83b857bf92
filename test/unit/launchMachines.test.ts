/** The launcher on several machines: which workers it starts, and that those of two launchers meet. */
import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { UserError } from '../../src/base/errors.ts';
import { planWorkers } from '../../src/launch/workerPlan.ts';
import { source, Supervisor } from './fixtures/supervisor.ts';

const timeout = 20_000;
const machines = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
const taskOfSlurm = {
  ...{ SLURM_JOB_ID: '7', SLURM_STEP_ID: '0', SLURM_PROCID: '1', SLURM_NTASKS: '2' },
  SLURM_JOB_NODELIST: 'node[1-2]',
};

test('one machine has all workers, and any free port', { timeout }, () => {
  const { workers, worldSize, rendezvous, isHost } = planWorkers(2, { port: 0 }, {});
  assert.deepEqual([workers.map(({ rank }) => rank), worldSize, isHost], [[0, 1], 2, true]);
  assert.deepEqual([rendezvous.host, rendezvous.port, rendezvous.token.length], ['127.0.0.1', 0, 32]);
});

test('each of several machines has its share, and all know where to meet', { timeout }, () => {
  const plan = planWorkers(2, { machines, machine: '10.0.0.2', port: 0, token: 'secret' }, {});
  assert.deepEqual(
    plan.workers.map(({ rank, worldSize, localRank }) => [rank, worldSize, localRank]),
    [
      [2, 6, 0],
      [3, 6, 1],
    ],
  );
  assert.deepEqual(plan.rendezvous, { host: '10.0.0.1', port: 4711, token: 'secret' });
  assert.equal(plan.isHost, false);
  assert.equal(planWorkers(2, { machines: ['127.0.0.1', '10.0.0.2'], port: 1 }, {}).isHost, true);
});

test('a machine that is none of the job is an error that names both', { timeout }, () => {
  assert.throws(
    () => planWorkers(1, { machines, machine: '10.0.0.9', port: 0 }, {}),
    (error) => error instanceof UserError && /10\.0\.0\.9, and the machines 10\.0\.0\.1/.test(error.message),
  );
});

test('within a task of Slurm the launcher starts the one worker that the task is', { timeout }, () => {
  const { workers, isHost, rendezvous } = planWorkers(undefined, { port: 0 }, taskOfSlurm);
  assert.deepEqual([workers.map(({ rank }) => rank), isHost, rendezvous.host], [[1], false, 'node1']);
  assert.throws(
    () => planWorkers(2, { port: 0 }, taskOfSlurm),
    (error) => error instanceof UserError && error.code === 'TFD_WORKERS_IN_CLUSTER',
  );
});

test('the workers of two launchers meet', { timeout }, async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const script = `
    import { joinRendezvous, resolveWorker } from ${source('cluster/index.ts')};
    const worker = resolveWorker();
    const { store } = await joinRendezvous(worker, { timeoutMs: 10_000 });
    await store.barrier('all are there', worker.worldSize, { timeoutMs: 10_000 });
    console.log('met', worker.rank, 'of', worker.worldSize);`;
  const common = { machines: ['127.0.0.1', 'second'], numWorkers: 1, port, token: 'secret' };
  const second = new Supervisor(t, script, { ...common, machine: 'second' });
  const first = new Supervisor(t, script, common);
  assert.deepEqual([await first.end(), await second.end()], [0, 0], first.stderr + second.stderr);
  assert.deepEqual([first.stdout, second.stdout], ['[0] met 0 of 2\n', '[1] met 1 of 2\n']);
});
