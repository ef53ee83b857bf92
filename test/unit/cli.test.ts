/** The command line: what it accepts, what it refuses, and with which exit code. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../../src/cli/program.ts';
import { toLaunchOptions } from '../../src/cli/run.ts';
import { temporaryFolder } from './fixtures/supervisor.ts';

const timeout = 10_000;

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as a process of its own. */
function cli(args: readonly string[], env: NodeJS.ProcessEnv = {}): Outcome {
  const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
  const options = { encoding: 'utf8', timeout, env: { ...process.env, ...env } } as const;
  return spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), main, ...args], options);
}

/** Runs the command inside this process: faster. */
async function cliHere(t: TestContext, args: readonly string[]): Promise<Outcome> {
  const written = { stdout: '', stderr: '' };
  const capture = (name: 'stdout' | 'stderr') => {
    const write = process[name].write.bind(process[name]);
    // The test runner reports in bytes over the same stdout.
    return t.mock.method(process[name], 'write', (text: string | Uint8Array) => {
      if (typeof text !== 'string') return write(text);
      written[name] += text;
      return true;
    });
  };
  const mocks = [capture('stdout'), capture('stderr')];
  const status = await runProgram(args);
  for (const { mock } of mocks) mock.restore();
  return { status, ...written };
}

test('--version prints the version of the package', { timeout }, () => {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const { status, stdout, stderr } = cli(['--version']);
  assert.deepEqual([status, stdout, stderr], [0, `${version}\n`, '']);
});

test('help shows the commands, and examples for run', { timeout }, async (t) => {
  const [general, run] = [await cliHere(t, ['--help']), await cliHere(t, ['run', '--help'])];
  assert.deepEqual([general.status, run.status], [0, 0]);
  assert.match(general.stdout, /run \[options\] \[script\][^]*doctor/);
  assert.match(run.stdout, /\$ tfjs-distribute run --workers 2 train\.ts -- --epochs 5/);
});

test('wrong usage ends with 2 and one clear message', { timeout }, async (t) => {
  const folder = temporaryFolder(t, { 'train.ts': '' });
  const script = `${folder}/train.ts`;
  const cases: [args: string[], message: RegExp][] = [
    [['run', '--workers', '0', script], /\[TFD_WORKERS_RANGE\][^]*Received: "0"[^]*What to do/],
    [['run', '--workers', 'x', script], /\[TFD_WORKERS_RANGE\][^]*Received: "x"/],
    [['run', '--port', '1e9', script], /\[TFD_PORT_RANGE\]/],
    [['run', '--grace-period', '', script], /\[TFD_GRACE_PERIOD_RANGE\]/],
    [['run', `${folder}/none.ts`], /\[TFD_SCRIPT_NOT_FOUND\][^]*none\.ts/],
    [['run', folder], /\[TFD_SCRIPT_NOT_FOUND\][^]*a directory/],
    [['run'], /\[TFD_SCRIPT_MISSING\]/],
    [['run', '--worker', '2', script], /unknown option '--worker'[^]*Did you mean --workers/],
    [['rum', script], /unknown command 'rum'[^]*Did you mean run/],
    [[], /Usage: tfjs-distribute/],
  ];
  for (const [args, message] of cases) {
    const { status, stdout, stderr } = await cliHere(t, args);
    assert.match(stderr, message);
    assert.deepEqual([status, stdout], [2, ''], args.join(' '));
  }
});

test('our errors come without a stack trace, unless TFJS_DISTRIBUTE_DEBUG=1', { timeout }, () => {
  const [plain, debug] = [cli(['run', 'none.ts']), cli(['run', 'none.ts'], { TFJS_DISTRIBUTE_DEBUG: '1' })];
  assert.deepEqual([plain.status, debug.status], [2, 2]);
  assert.doesNotMatch(plain.stderr, /^ {4}at /m);
  assert.match(debug.stderr, /^ {4}at /m);
});

test('the words of the command line become options of launch, in its units', { timeout }, () => {
  const flags = { workers: '2', port: '0', gracePeriod: '3' };
  const common = { script: 'train.ts', args: ['--epochs', '5'], numWorkers: 2, port: 0, gracePeriodMs: 3000 };
  assert.deepEqual(toLaunchOptions('train.ts', ['--epochs', '5'], flags), common);
  const withThreads = toLaunchOptions('train.ts', ['--epochs', '5'], { ...flags, threadsPerWorker: '4' });
  assert.deepEqual(withThreads, { ...common, threadsPerWorker: 4 });
});
