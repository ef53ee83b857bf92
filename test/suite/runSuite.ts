/** Runs TF.js's own test suite against this package's backend, in a process of its own. */
import { build } from 'esbuild';
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** How one spec ended. `pending` are those that TF.js itself has switched off. */
export interface SpecResult {
  /** The names of the suites that it is in, and its own; the second spec of the same name ends in `(2)`. */
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'pending';
  /** What it said where it failed. */
  readonly messages: readonly string[];
}

export interface SuiteOptions {
  readonly timeoutMs: number;
  /** True where each kernel is to run inside of a compiled function. */
  readonly traced: boolean;
}

export interface SuiteOutcome {
  readonly results: readonly SpecResult[];
  /** Exit code of the process; null where a signal ended it, such as after `timeoutMs`. */
  readonly code: number | null;
  /** The end of what the process printed. */
  readonly output: string;
}

const root = join(import.meta.dirname, '../..');

/** Takes about 5 s on two cores, and 20 s where the kernels are traced. */
export async function runSuite(options: SuiteOptions): Promise<SuiteOutcome> {
  // Inside of the package, so that what is not bundled is found.
  const folder = await mkdtemp(join(root, 'node_modules/.tfjs-suite-'));
  try {
    const file = join(folder, 'suite.mjs');
    await bundle(file);
    return await runBundle(file, options);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** One file of this package's backend, TF.js and its specs, so that all of them use the same TF.js. */
async function bundle(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, 'child.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    external: ['koffi', 'jasmine-core'],
    // TF.js says that none of its files has side effects, and the specs are nothing else.
    ignoreAnnotations: true,
    logLevel: 'error',
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`,
    },
  });
}

async function runBundle(file: string, { timeoutMs, traced }: SuiteOptions): Promise<SuiteOutcome> {
  const args = traced ? ['--traced'] : [];
  const child = fork(file, args, { cwd: root, silent: true, execArgv: [], timeout: timeoutMs, killSignal: 'SIGKILL' });
  const results: SpecResult[] = [];
  let output = '';
  const numOfName = new Map<string, number>();
  child.on('message', (result: SpecResult) => {
    const number = (numOfName.get(result.name) ?? 0) + 1;
    numOfName.set(result.name, number);
    results.push(number === 1 ? result : { ...result, name: `${result.name} (${number})` });
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4000);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  return { results, code, output };
}
