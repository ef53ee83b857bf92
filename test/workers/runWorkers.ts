/** Runs a script of this folder on several workers, through the command line. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'node:test';

export interface WorkersOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What the workers printed as `RESULT {json}`, in the order of their ranks. */
  readonly results: readonly Record<string, unknown>[];
  readonly ms: number;
}

const path = (place: string): string => fileURLToPath(new URL(place, import.meta.url));

export interface WorkersOptions {
  readonly numWorkers: number;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Called with the supervisor's process and each piece of its output. */
  readonly onOutput?: (text: string, supervisor: ReturnType<typeof spawn>) => void;
}

export async function runWorkers(t: TestContext, script: string, options: WorkersOptions): Promise<WorkersOutcome> {
  const { numWorkers, args = [], env = {}, onOutput } = options;
  const start = performance.now();
  const cli = ['--import', 'tsx', path('../../src/cli/main.ts'), 'run', '--workers', String(numWorkers)];
  const supervisor = spawn(process.execPath, [...cli, path(script), '--', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => supervisor.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  supervisor.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onOutput?.(text, supervisor);
  });
  supervisor.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    onOutput?.(text, supervisor);
  });
  const code = await new Promise<number | null>((resolve) => supervisor.on('close', resolve));
  const results = [...stdout.matchAll(/^\[(\d+)\] RESULT (.*)$/gm)]
    .sort((a, b) => Number(a[1]) - Number(b[1]))
    .map((match) => JSON.parse(match[2] ?? '') as Record<string, unknown>);
  return { code, stdout, stderr, results, ms: performance.now() - start };
}
