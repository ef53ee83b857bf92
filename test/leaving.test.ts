/** A process that trains ends with the right code and without a crash, however it ends. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('support/leave.ts', import.meta.url));
const scriptWhileLoading = fileURLToPath(new URL('support/leaveWhileLoading.ts', import.meta.url));
const timeout = 30_000;

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('a process that trains ends', { concurrency: 2 }, () => {
  test('at the end of the script', { timeout }, async () => {
    const { code, signal, stdout, stderr } = await train('end');
    assert.deepEqual({ code, signal, stderr }, { code: 0, signal: null, stderr: '' });
    assert.match(stdout, /^Epoch 1\/2 .*\nEpoch 2\/2 .*\ntrained 2 epochs\n$/);
  });

  test('by process.exit in the middle of a step', { timeout }, async () => {
    assert.deepEqual(await train('exit'), { code: 0, signal: null, stdout: '', stderr: '' });
  });

  for (const where of ['error', 'callback']) {
    test(
      `by an uncaught error, ${where === 'error' ? 'while a step runs' : 'in a callback'}`,
      { timeout },
      async () => {
        const { code, signal, stdout, stderr } = await train(where);
        assert.deepEqual({ code, signal, stdout }, { code: 1, signal: null, stdout: '' });
        assert.match(stderr, /Error: thrown on purpose\n {4}at /);
      },
    );
  }

  test('while the library loads, and what JavaScript writes meanwhile gets through', { timeout }, async () => {
    const left = await run(scriptWhileLoading, 'exit');
    assert.deepEqual(left, { code: 3, signal: null, stdout: '', stderr: 'said while it loads\n' });
    const { code, signal, stderr } = await run(scriptWhileLoading, 'error');
    assert.deepEqual({ code, signal }, { code: 1, signal: null });
    assert.match(stderr, /^said while it loads\n[^]*Error: thrown on purpose\n {4}at /);
  });

  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    test(`after the step, on the first ${name}; the script goes on with the history`, { timeout }, async () => {
      const { code, signal, stdout, stderr } = await train('signal', (kill) => kill(name));
      assert.deepEqual({ code, signal }, { code: 0, signal: null });
      assert.match(stdout, /^training\n(training\n)*trained \d+ epochs\n$/);
      const by = name === 'SIGINT' ? 'Ctrl-C' : 'SIGTERM';
      assert.match(
        stderr,
        new RegExp(`^Stopped by ${by} after epoch \\d+, step \\d+; press again to quit at once\\.\n$`),
      );
    });
  }

  test('at once, on the second SIGINT', { timeout }, async () => {
    const { code, signal, stdout, stderr } = await train('stuck', async (kill) => {
      kill('SIGINT');
      // Two signals at the same time are one.
      await new Promise((resolve) => setTimeout(resolve, 300));
      kill('SIGINT');
    });
    assert.deepEqual({ code, signal, stderr }, { code: 130, signal: null, stderr: '' });
    assert.equal(stdout, 'training\n');
  });
});

const train = (manner: string, during?: During): Promise<Ended> => run(script, manner, during);

type During = (kill: (signal: NodeJS.Signals) => void) => unknown;

/** Runs a script; once it says that it trains, `during` may send signals. */
async function run(file: string, manner: string, during: During = () => undefined): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', file, manner], { stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeout - 5000);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    const isFirst = stdout === '';
    stdout += chunk.toString();
    if (isFirst && stdout.startsWith('training')) during((signal) => child.kill(signal));
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  return { code, signal, stdout, stderr };
}
