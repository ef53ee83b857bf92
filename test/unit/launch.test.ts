/** The launcher, as real processes: what workers get, what becomes of their output, and their exit codes. */
import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { once } from 'node:events';
import { test } from 'node:test';
import { UserError } from '../../src/base/errors.ts';
import { launch } from '../../src/launch/index.ts';
import { source, Supervisor, temporaryFolder } from './fixtures/supervisor.ts';

const timeout = 20_000;

test('a TypeScript file runs as it is: enum, types, await at top level, arguments', { timeout }, async (t) => {
  const script = `
    import { basename } from 'node:path';
    enum Optimizer { sgd = 1, adam }
    const chosen: Optimizer = await Promise.resolve(Optimizer.adam);
    console.log(Optimizer[chosen], basename(import.meta.url), JSON.stringify(process.argv.slice(2)));`;
  const supervisor = new Supervisor(t, script, { numWorkers: 1, args: ['--epochs', '5', '--', 'a b'] });
  assert.equal(await supervisor.end(), 0);
  assert.equal(supervisor.stdout, '[0] adam script.ts ["--epochs","5","--","a b"]\n');
  assert.equal(supervisor.stderr, '');
});

test('a CommonJS file runs too', { timeout }, async (t) => {
  const script = `const { basename } = require('node:path'); const name: string = basename(__filename); console.log(name);`;
  const supervisor = new Supervisor(t, script, { numWorkers: 1 });
  assert.equal(await supervisor.end(), 0);
  assert.equal(supervisor.stdout, '[0] script.ts\n');
});

test('workers know who they are, share the cores, and meet', { timeout }, async (t) => {
  const script = `
    import { connectRendezvous, resolveWorker } from ${source('cluster/index.ts')};
    const { rendezvous, jobId, ...worker } = resolveWorker();
    const store = await connectRendezvous({ ...rendezvous!, rank: worker.rank });
    if (worker.rank === 0) await store.set('job', jobId);
    const sameJob = String(await store.get('job')) === jobId;
    await store.barrier('end', worker.worldSize);
    const { TFJS_DISTRIBUTE_THREADS: threads, UV_THREADPOOL_SIZE: pool, PREPARED: prepared } = process.env;
    console.log(JSON.stringify({ ...worker, sameJob, threads, pool, prepared }));`;
  const supervisor = new Supervisor(t, script);
  assert.equal(await supervisor.end(), 0, supervisor.stderr);
  const threads = String(Math.max(1, Math.floor(availableParallelism() / 2)));
  for (const rank of [0, 1]) {
    assert.deepEqual(JSON.parse(supervisor.linesOf(rank).join('')), {
      ...{ rank, worldSize: 2, localRank: rank, localWorldSize: 2, sameJob: true },
      ...{ threads, pool: '16', prepared: 'yes' },
    });
  }
});

test('threads: the option comes before the environment, which comes before the share', { timeout }, async (t) => {
  const script = 'console.log(process.env.TFJS_DISTRIBUTE_THREADS, process.env.UV_THREADPOOL_SIZE)';
  const env = { TFJS_DISTRIBUTE_THREADS: '7', UV_THREADPOOL_SIZE: '5' };
  const byEnvironment = new Supervisor(t, script, { numWorkers: 1 }, env);
  const byOption = new Supervisor(t, script, { numWorkers: 1, threadsPerWorker: 3 }, env);
  await Promise.all([byEnvironment.end(), byOption.end()]);
  assert.deepEqual([byEnvironment.stdout, byOption.stdout], ['[0] 7 5\n', '[0] 3 5\n']);
});

test(
  'every line is complete and has its prefix, also long, partial, unfinished and redrawn ones',
  { timeout },
  async (t) => {
    const script = `
    const rank = process.env.TFJS_DISTRIBUTE_RANK;
    process.stdout.write('par');
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.stdout.write('tial\\n' + 'ü'.repeat(100_000) + '\\n');
    process.stdout.write('step 1\\rstep 2\\rstep 3\\n');
    for (let i = 0; i < 10_000; i++) console.log('line', rank, i);
    process.stdout.write('unfinished');
    process.exitCode = 0;`;
    const supervisor = new Supervisor(t, `export {};${script}`);
    assert.equal(await supervisor.end(), 0);
    for (const rank of [0, 1]) {
      const lines = supervisor.linesOf(rank);
      assert.deepEqual(lines.slice(0, 3), ['partial', 'ü'.repeat(100_000), 'step 3']);
      assert.deepEqual(
        lines.slice(3, -1),
        Array.from({ length: 10_000 }, (_, i) => `line ${rank} ${i}`),
      );
      assert.equal(lines.at(-1), 'unfinished');
    }
    assert.equal(supervisor.stdout.split('\n').length, 2 * 10_004 + 1);
  },
);

test('stderr stays stderr; colours only where they are wanted', { timeout }, async (t) => {
  const script = `console.error('careful'); console.log(process.env.FORCE_COLOR + ' ' + process.env.NO_COLOR);`;
  const plain = new Supervisor(t, script, { numWorkers: 1 });
  const colored = new Supervisor(t, script, { numWorkers: 1 }, { FORCE_COLOR: '1' });
  const refused = new Supervisor(t, script, { numWorkers: 1 }, { FORCE_COLOR: undefined, NO_COLOR: '1' });
  await Promise.all([plain.end(), colored.end(), refused.end()]);
  assert.equal(plain.stderr, '[0] careful\n');
  assert.equal(colored.stdout, '\u001b[36m[0]\u001b[39m 1 undefined\n');
  assert.equal(refused.stdout, '[0] undefined 1\n');
});

test('a worker that ends early with 0 is no error', { timeout }, async (t) => {
  const script = `if (process.env.TFJS_DISTRIBUTE_RANK === '0') setTimeout(() => console.log('late'), 400);`;
  const supervisor = new Supervisor(t, script);
  assert.equal(await supervisor.end(), 0);
  assert.equal(supervisor.stdout, '[0] late\n');
  assert.equal(supervisor.stderr, '');
});

test('output of a process that left the worker does not hold the job up', { timeout: 10_000 }, async (t) => {
  const script = `
    import { spawn } from 'node:child_process';
    const child = spawn('sleep', ['20'], { detached: true, stdio: 'inherit' });
    child.unref();
    console.log('pid', child.pid);`;
  const supervisor = new Supervisor(t, script, { numWorkers: 1 });
  assert.equal(await supervisor.end(), 0);
  for (const pid of supervisor.pids) process.kill(pid);
});

test('bad input is refused before anything starts', { timeout }, async (t) => {
  const folder = temporaryFolder(t, { 'a.ts': '' });
  const script = `${folder}/a.ts`;
  const prepare = () => assert.fail('started');
  const cases: [changes: Partial<Parameters<typeof launch>[0]>, code: string, received: RegExp][] = [
    [{ numWorkers: 0 }, 'TFD_WORKERS_RANGE', /^0$/],
    [{ numWorkers: 1.5 }, 'TFD_WORKERS_RANGE', /^1.5$/],
    [{ numWorkers: 513 }, 'TFD_WORKERS_RANGE', /^513$/],
    [{ threadsPerWorker: 0 }, 'TFD_THREADS_RANGE', /^0$/],
    [{ port: 65_536 }, 'TFD_PORT_RANGE', /^65536$/],
    [{ gracePeriodMs: -1 }, 'TFD_GRACE_PERIOD_RANGE', /^-1$/],
    [{ script: `${folder}/b.ts` }, 'TFD_SCRIPT_NOT_FOUND', /there is nothing at/],
    [{ script: folder }, 'TFD_SCRIPT_NOT_FOUND', /a directory/],
  ];
  for (const [changes, code, received] of cases) {
    await assert.rejects(launch({ script, prepare, ...changes }), (error) => {
      assert(error instanceof UserError);
      assert.equal(error.code, code);
      assert.match(error.received ?? '', received);
      return true;
    });
  }
});

test('a port that somebody else holds is named', { timeout }, async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const folder = temporaryFolder(t, { 'a.ts': '' });
  const launching = launch({ script: `${folder}/a.ts`, port, prepare: () => assert.fail('started') });
  await assert.rejects(launching, new RegExp(`TFD_PORT_IN_USE.*127\\.0\\.0\\.1:${port}`));
});
