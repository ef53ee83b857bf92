/** The report on a dead worker: which one, how it ended, what it said last, and what may have been the reason. */
import { EnvironmentError } from '../base/errors.ts';
import type { ReportedFailure } from './reportedFailure.ts';
import type { WorkerProcess } from './workerProcess.ts';

const outOfMemory =
  'Nobody but the system or a person sends SIGKILL. Most likely the memory was full (`dmesg`, or the limit of the ' +
  'container, tells): use a smaller batch or fewer workers. Or somebody ended the worker with `kill -9`.';
const nativeCrash = 'The program crashed outside of JavaScript. If nothing above explains it, please report it.';

const topLevelAwait =
  'The script is run as CommonJS, because it uses `require`, `module.exports`, `__dirname` or `__filename`, and there ' +
  '`await` cannot stand at top level. Use `import` and `import.meta` instead, or name the script .mts.';

const likelyReasons: Readonly<Record<string, string>> = {
  SIGKILL: outOfMemory,
  SIGSEGV: nativeCrash,
  SIGBUS: nativeCrash,
  SIGFPE: nativeCrash,
  SIGABRT: `${nativeCrash} If the JavaScript heap was full, set NODE_OPTIONS=--max-old-space-size=8192 (in MiB).`,
  SIGILL: 'The processor lacks an instruction that the TensorFlow library needs; `tfjs-distribute doctor` tells more.',
  SIGTERM: 'Somebody ended this one worker. To end the job, send the signal to the supervisor.',
  '13': 'The script waits at top level for a promise that is never settled.',
};

/** @param numEnded how many other workers had to end because of it */
export function workerDied(worker: WorkerProcess, numEnded: number): EnvironmentError {
  const { rank, pid, exit, failure, lastErrorLines } = worker;
  const how = exit?.signal == null ? `ended with exit code ${exit?.code ?? '?'}` : `was killed by ${exit.signal}`;
  const others =
    numEnded === 0 ? '' : `, so the other ${numEnded === 1 ? 'worker was' : `${numEnded} workers were`} ended too`;
  return new EnvironmentError({
    code: 'TFD_WORKER_DIED',
    rule: `Worker ${rank} (process ${pid ?? '?'}) ${how}${others}.`,
    received: failure === undefined ? lastWords(lastErrorLines) : describeFailure(failure),
    remedy: likelyReason(worker) ?? `Look for the cause in the output of worker ${rank} above.`,
  });
}

function likelyReason({ exit, failure }: WorkerProcess): string | undefined {
  if (failure === undefined) return likelyReasons[exit?.signal ?? String(exit?.code)];
  return failure.message.includes('Top-level await is currently not supported') ? topLevelAwait : undefined;
}

function describeFailure({ name, message, at }: ReportedFailure): string {
  return `${name}: ${message}${at === undefined ? '' : indented([at])}`;
}

function lastWords(lines: readonly string[]): string {
  return lines.length === 0 ? 'nothing on its stderr' : `the last lines of its stderr:${indented(lines)}`;
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `\n    ${line}`).join('');
}
