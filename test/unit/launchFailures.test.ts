/** Workers that fail, signals, and a supervisor that dies: nobody is left behind, and one report says why. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gone, source, Supervisor } from './fixtures/supervisor.ts';

const timeout = 20_000;
const hello = `console.log('pid', process.pid);`;
const waitForever = `setInterval(() => {}, 1000);`;
/** Connects to the rendezvous, and waits there for all workers. */
const meet = `
  import { connectRendezvous, resolveWorker } from ${source('cluster/index.ts')};
  const { rendezvous, rank, worldSize } = resolveWorker();
  const store = await connectRendezvous({ ...rendezvous!, rank });
  await store.barrier('ready', worldSize);`;
const onRank1 = (code: string) => `if (process.env.TFJS_DISTRIBUTE_RANK === '1') { ${code} }`;

test('a worker that exits with 3 ends the others; the job ends with 3', { timeout }, async (t) => {
  const supervisor = new Supervisor(
    t,
    `${hello}${waitForever}${onRank1(`console.error('no data'); process.exit(3);`)}`,
  );
  assert.equal(await supervisor.end(), 3);
  assert.match(
    supervisor.stderr,
    /\[TFD_WORKER_DIED\] Worker 1 \(process \d+\) ended with exit code 3, so the other worker/,
  );
  assert.match(supervisor.stderr, /the last lines of its stderr:\n {4}no data/);
  await gone(supervisor.pids);
});

test('a worker that throws is reported with its error and the line', { timeout }, async (t) => {
  const script = `${waitForever}\n${onRank1(`\n throw new RangeError('batch 12 is empty');`)}`;
  const supervisor = new Supervisor(t, script);
  assert.equal(await supervisor.end(), 1);
  assert.match(supervisor.stderr, /Received: RangeError: batch 12 is empty\n {4}at .*script\.ts:3:\d+/);
});

test('a rejected promise that nobody handles is reported too', { timeout }, async (t) => {
  const supervisor = new Supervisor(t, `void Promise.reject(new Error('from afar'));`, { numWorkers: 1 });
  assert.equal(await supervisor.end(), 1);
  assert.match(
    supervisor.stderr,
    /\[TFD_WORKER_DIED\] Worker 0 \(process \d+\) ended with exit code 1\.\n {2}Received: Error: from afar/,
  );
});

test(
  'a killed worker ends the others within seconds; the report names signal and likely reason',
  { timeout },
  async (t) => {
    const supervisor = new Supervisor(t, `${hello}${waitForever}${onRank1(`process.kill(process.pid, 'SIGKILL');`)}`);
    assert.equal(await supervisor.end(), 137);
    assert.match(supervisor.stderr, /Worker 1 \(process \d+\) was killed by SIGKILL/);
    assert.match(supervisor.stderr, /What to do: .*memory/);
    await gone(supervisor.pids);
  },
);

test('workers hear of the failure before they are ended, and may leave by themselves', { timeout }, async (t) => {
  const script = `${meet}${onRank1('process.exit(4)')}
    store.onAbort(({ reason, rank }) => { console.log('heard:', reason, rank); process.exit(0); });
    ${waitForever}`;
  const supervisor = new Supervisor(t, script);
  assert.equal(await supervisor.end(), 4);
  assert.deepEqual(supervisor.linesOf(0), ['heard: worker 1 failed 1']);
});

test('the worker that lost a peer is not blamed, although it ends first', { timeout }, async (t) => {
  const script = `${meet}
    import { PeerError } from ${source('base/errors.ts')};
    ${onRank1(`setTimeout(() => process.exit(5), 300)`)}
    else throw new PeerError({ code: 'TFD_TEST', rule: 'Rank 1 closed the connection.' });`;
  const supervisor = new Supervisor(t, script);
  assert.equal(await supervisor.end(), 5);
  assert.match(supervisor.stderr, /\[TFD_WORKER_DIED\] Worker 1 /);
});

test('a worker that ignores SIGTERM is killed after the grace period', { timeout }, async (t) => {
  const script = `process.on('SIGTERM', () => console.log('not yet')); ${meet}${hello}${waitForever}${onRank1('process.exit(6)')}`;
  const supervisor = new Supervisor(t, script, { gracePeriodMs: 200 });
  assert.equal(await supervisor.end(), 6);
  assert(supervisor.linesOf(0).includes('not yet'));
  await gone(supervisor.pids);
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} reaches each worker once; the job ends with the workers' code`, { timeout }, async (t) => {
    const script = `let count = 0;
      process.on('${signal}', () => { count++; setTimeout(() => { console.log('count', count); process.exit(9); }, 200); });
      ${hello}${waitForever}`;
    const supervisor = new Supervisor(t, script);
    await supervisor.prints('[0] pid', '[1] pid');
    supervisor.kill(signal);
    supervisor.kill(signal);
    assert.equal(await supervisor.end(), 9);
    assert.deepEqual(supervisor.linesOf(0).slice(1), ['count 1']);
    assert.deepEqual(supervisor.linesOf(1).slice(1), ['count 1']);
    assert.equal(supervisor.stderr, '');
  });
}

test('Ctrl-C without a handler ends the job with 130, without a report', { timeout }, async (t) => {
  const supervisor = new Supervisor(t, `${hello}${waitForever}`);
  await supervisor.prints('[0] pid', '[1] pid');
  supervisor.kill('SIGINT');
  assert.equal(await supervisor.end(), 130);
  assert.equal(supervisor.stderr, '');
});

test('a second Ctrl-C ends workers that ignore the first, a third one kills them', { timeout }, async (t) => {
  const script = `process.on('SIGINT', () => console.log('int')); process.on('SIGTERM', () => console.log('term'));
    ${hello}${waitForever}`;
  const supervisor = new Supervisor(t, script);
  await supervisor.prints('[0] pid', '[1] pid');
  supervisor.kill('SIGINT');
  await supervisor.prints('[0] int', '[1] int');
  await sleep(600);
  supervisor.kill('SIGINT');
  await supervisor.prints('[0] term', '[1] term');
  await sleep(600);
  supervisor.kill('SIGINT');
  assert.equal(await supervisor.end(), 137);
  await gone(supervisor.pids);
});

test('workers do not outlive a killed supervisor, even with a blocked event loop', { timeout }, async (t) => {
  const supervisor = new Supervisor(t, `${hello}${onRank1('for (;;);')}${waitForever}`);
  await supervisor.prints('[0] pid', '[1] pid');
  supervisor.kill('SIGKILL');
  assert.equal(await supervisor.end(), 'SIGKILL');
  await gone(supervisor.pids);
});

test('what a worker started ends with it', { timeout }, async (t) => {
  const script = `
    import { spawn } from 'node:child_process';
    console.log('pid', spawn('sleep', ['60']).pid);
    setTimeout(() => process.exit(0), 100);`;
  const supervisor = new Supervisor(t, script, { numWorkers: 1 });
  assert.equal(await supervisor.end(), 0);
  await gone(supervisor.pids);
});

test('the job ends when nobody reads its output any more', { timeout }, async (t) => {
  const script = `setInterval(() => console.log('pid', process.pid), 20);`;
  const supervisor = new Supervisor(t, script);
  await supervisor.prints('[0] pid', '[1] pid');
  supervisor.stopReading();
  assert.equal(await supervisor.end(), 143);
  await gone(supervisor.pids);
});
