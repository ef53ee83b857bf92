/** `cluster check`: who measures whom, how links are judged, and machines of which one link is cut and one slow. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { describeReport } from '../../src/cli/clusterCheck/describeReport.ts';
import { exitCodeOfReport, judgeLinks, reportSchema } from '../../src/cli/clusterCheck/report.ts';
import { makeRounds } from '../../src/cli/clusterCheck/rounds.ts';
import { Machines, namespacesMissing } from './support/namespaces.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Runs the command, behind another one where that is given. */
async function check(t: TestContext, args: readonly string[], [file, before]: [string, string[]] = ['env', []]) {
  const command = [
    ...before,
    process.execPath,
    '--import',
    import.meta.resolve('tsx'),
    main,
    'cluster',
    'check',
    ...args,
  ];
  const child = spawn(file, command, { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => (stdout += String(text)));
  child.stderr.on('data', (text) => (stderr += String(text)));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stdout, stderr };
}

test('each ordered pair is measured once, and nobody twice at a time', { timeout: 5000 }, () => {
  for (const ranks of [[0], [0, 1], [0, 1, 2], [0, 2, 3, 5], Array.from({ length: 9 }, (_, rank) => rank)]) {
    const rounds = makeRounds(ranks);
    for (const round of rounds) assert.equal(new Set(round.flat()).size, round.flat().length);
    const pairs = rounds.flat().map(([from, to]) => `${from} ${to}`);
    const expected = ranks.flatMap((from) => ranks.filter((to) => to !== from).map((to) => `${from} ${to}`));
    assert.deepEqual(pairs.sort(), expected.sort());
  }
});

test(
  'links between machines are compared with each other, and the worst decides on the exit code',
  { timeout: 5000 },
  () => {
    const workers = ['a', 'a', 'b', 'c'];
    const links = [
      { from: 0, to: 1, latencyMs: 0.02, bytesPerSecond: 4e9 },
      { from: 0, to: 2, latencyMs: 0.2, bytesPerSecond: 1e8 },
      { from: 1, to: 3, latencyMs: 0.2, bytesPerSecond: 1e8 },
      { from: 2, to: 3, latencyMs: 0.2, bytesPerSecond: 2e7 },
      { from: 3, to: 2, latencyMs: 20, bytesPerSecond: 1e8 },
    ];
    const judged = judgeLinks(workers, links);
    assert.deepEqual(
      judged.map(({ state }) => state),
      ['ok', 'ok', 'ok', 'slow', 'slow'],
    );
    assert.equal(exitCodeOfReport({ workers, links: judged }), 3);
    assert.equal(exitCodeOfReport({ workers, links: judged.slice(0, 3) }), 0);
    assert.equal(exitCodeOfReport({ workers: ['a', null], links: [] }), 1);
    const broken = judgeLinks(workers, [{ from: 1, to: 2, problem: 'no connection' }]);
    assert.equal(exitCodeOfReport({ workers, links: broken }), 1);
    const text = describeReport({ workers: ['a', 'a', 'b', null], links: broken });
    assert.match(text, /Rank 3 did not come[^]*from rank 1 \(a\) to rank 2 \(b\) is broken: no connection/);
  },
);

test('workers of one machine', { timeout: 60_000 }, async (t) => {
  const { exitCode, stdout, stderr } = await check(t, ['--workers', '2']);
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /✓ {2}0 \(127\.0\.0\.1\) {2}1 [^\n]* ms +[\d.]+ MB\/s\n✓ {2}1 [^]*All 2 links work alike/);
});

const skip = namespacesMissing();

test(
  'of four machines one link is cut and one is slow: both are named, on each machine',
  { timeout: 120_000, skip },
  async (t) => {
    const machines = new Machines(t, 4);
    machines.cut(1, 2);
    machines.limit(0, 3, 5);
    const args = ['--machines', machines.addresses.join(','), '--json'];
    const outcomes = await Promise.all(
      machines.addresses.map((_, machine) => check(t, args, machines.command(machine))),
    );
    for (const { exitCode, stdout, stderr } of outcomes) {
      assert.equal(exitCode, 1, stderr);
      const { workers, links } = reportSchema.parse(JSON.parse(stdout));
      assert.deepEqual(workers, machines.addresses);
      const stated = (state: string) =>
        links.filter((link) => link.state === state).map(({ from, to }) => `${from} ${to}`);
      assert.deepEqual(stated('broken'), ['1 2', '2 1']);
      for (const link of ['0 3', '3 0']) assert(stated('slow').includes(link), stdout);
      // A busy machine may slow others down too, but not as far.
      const limited = links.filter(({ bytesPerSecond = Infinity }) => bytesPerSecond < 1e6);
      assert.deepEqual(
        limited.map(({ from, to }) => `${from} ${to}`),
        ['0 3', '3 0'],
      );
    }
  },
);
