/**
 * Runs TF.js's own specs against this package's backend, and reports each to the parent process. With `--traced`, each
 * kernel runs in a graph. It only works bundled: Node cannot load the files of the specs, which are ES modules without
 * file extensions.
 */
import type { setTestEnvs as SetTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util.js';
import { createRequire } from 'node:module';
import { backendName } from '../../src/backend/index.ts';
import type { SpecResult } from './runSuite.ts';
import { traceKernels } from './traceKernels.ts';

interface JasmineEnv {
  configure(options: { random: boolean; specFilter?: (spec: { getFullName(): string }) => boolean }): void;
  addReporter(reporter: { specDone?(result: JasmineResult): void; suiteDone?(result: JasmineResult): void }): void;
  execute(): Promise<unknown>;
}

interface JasmineResult {
  readonly fullName: string;
  readonly status: string;
  readonly failedExpectations: readonly { readonly message: string }[];
}

const jasmine = createRequire(import.meta.url)('jasmine-core') as { boot(): { getEnv(): JasmineEnv } };
const env = jasmine.boot().getEnv();
env.configure({ random: false });
env.addReporter({
  specDone: report,
  suiteDone: (suite) => {
    // What a suite prepares, or cleans up, can fail too.
    if (suite.failedExpectations.length > 0) report({ ...suite, status: 'failed' });
  },
});

function report({ fullName, status, failedExpectations }: JasmineResult): void {
  const result: SpecResult = {
    name: fullName.replace(` ${backendName} {}`, ''),
    status: status as SpecResult['status'],
    messages: failedExpectations.map(({ message }) => message),
  };
  process.send?.(result);
}

if (process.argv.includes('--traced')) traceKernels();

// The specs look at the environments when they are loaded.
const { setTestEnvs } = (await import('@tensorflow/tfjs-core/dist/jasmine_util.js')) as {
  setTestEnvs: typeof SetTestEnvs;
};
setTestEnvs([{ name: backendName, backendName, flags: {}, isDataSync: true }]);
await import('@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js');
await import('@tensorflow/tfjs-core/dist/tests.js');
await env.execute();
process.disconnect();
