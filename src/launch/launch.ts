/** The supervisor: starts the workers of this machine, watches them, and ends them together. Loads no TensorFlow. */
import { randomBytes, randomUUID } from 'node:crypto';
import { startRendezvousServer, type RendezvousServer } from '../cluster/index.ts';
import { checkRange, checkScript, ranges, type LaunchOptions } from './launchOptions.ts';
import { OutputSink } from './outputSink.ts';
import { colorLevelOf, rankPrefix } from './rankPrefix.ts';
import { workerDied } from './workerDied.ts';
import { workerEnvironment } from './workerEnvironment.ts';
import { WorkerGroup } from './workerGroup.ts';
import { exitCodeOf, WorkerProcess } from './workerProcess.ts';

const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a script in `numWorkers` processes on this machine until all of them have ended.
 *
 * Their output appears on this process's stdout and stderr, each line after the worker's rank. When one fails, the
 * others are ended and a report is printed. SIGINT, SIGTERM and SIGHUP to this process are passed on meanwhile.
 *
 * @returns 0 when all workers ended with 0; else the exit code of the first that failed, 128 + n for signal n
 * @throws UserError `TFD_WORKERS_RANGE`, `TFD_THREADS_RANGE`, `TFD_PORT_RANGE`, `TFD_GRACE_PERIOD_RANGE`,
 * `TFD_SCRIPT_NOT_FOUND`
 * @throws EnvironmentError `TFD_PORT_IN_USE`, `TFD_RENDEZVOUS_LISTEN`, `TFD_WORKER_NOT_STARTED`, or what `prepare` throws
 */
export async function launch(options: LaunchOptions): Promise<number> {
  const numWorkers = checkRange(options.numWorkers ?? 1, ranges.numWorkers);
  const port = checkRange(options.port ?? 0, ranges.port);
  const gracePeriodMs = checkRange(options.gracePeriodMs ?? 10_000, ranges.gracePeriodMs);
  if (options.threadsPerWorker !== undefined) checkRange(options.threadsPerWorker, ranges.threadsPerWorker);
  const script = checkScript(options.script);

  const token = randomBytes(16).toString('hex');
  const rendezvous = await startRendezvousServer({ port, token, worldSize: numWorkers });
  try {
    const prepared = await (options.prepare ?? fetchLibrary)();
    return await supervise({ ...options, script, numWorkers, gracePeriodMs, token, prepared, rendezvous });
  } finally {
    await rendezvous.close();
  }
}

interface Supervision extends LaunchOptions {
  readonly numWorkers: number;
  readonly gracePeriodMs: number;
  readonly token: string;
  readonly prepared: Readonly<Record<string, string>>;
  readonly rendezvous: RendezvousServer;
}

async function supervise(options: Supervision): Promise<number> {
  const { rendezvous, gracePeriodMs } = options;
  const endAll = () => {
    group.terminate();
  };
  const sinks = { stdout: new OutputSink(process.stdout, endAll), stderr: new OutputSink(process.stderr, endAll) };
  const say = (text: string) => void sinks.stderr.write(`${text}\n`);
  const group = new WorkerGroup(startWorkers(options, sinks), { rendezvous, gracePeriodMs, say });
  const interrupt = (signal: NodeJS.Signals) => {
    group.interrupt(signal);
  };
  for (const signal of passedOn) process.on(signal, interrupt);
  try {
    await group.ended();
    return conclude(group, say);
  } finally {
    for (const signal of passedOn) process.off(signal, interrupt);
    for (const sink of Object.values(sinks)) sink.release();
  }
}

function startWorkers(options: Supervision, sinks: Record<'stdout' | 'stderr', OutputSink>): WorkerProcess[] {
  const { script, args = [], numWorkers, token, prepared, rendezvous, env = process.env } = options;
  const jobId = randomUUID();
  const colorLevel = { stdout: colorLevelOf(process.stdout, env), stderr: colorLevelOf(process.stderr, env) };
  return Array.from({ length: numWorkers }, (_, rank) => {
    const identity = { rank, worldSize: numWorkers, localRank: rank, localWorldSize: numWorkers, jobId };
    return new WorkerProcess({
      ...{ rank, script, args },
      env: workerEnvironment({
        worker: { ...identity, rendezvous: { host: rendezvous.address, port: rendezvous.port, token } },
        base: { ...env, ...prepared },
        numThreads: options.threadsPerWorker,
        colorLevel: colorLevel.stdout,
      }),
      stdout: { sink: sinks.stdout, prefix: rankPrefix(rank, colorLevel.stdout) },
      stderr: { sink: sinks.stderr, prefix: rankPrefix(rank, colorLevel.stderr) },
    });
  });
}

/** The exit code of the job; says what went wrong, unless the user wanted it to end. */
function conclude(group: WorkerGroup, say: (text: string) => void): number {
  const { culprit } = group;
  const exits = group.workers.flatMap(({ exit }) => exit ?? []).sort((a, b) => a.timeMs - b.timeMs);
  if (culprit?.exit === undefined || group.isInterrupted) return exits.map(exitCodeOf).find((code) => code !== 0) ?? 0;
  say(workerDied(culprit, group.numEnded).message);
  return exitCodeOf(culprit.exit);
}

async function fetchLibrary(): Promise<Record<string, string>> {
  const { ensureRuntime } = await import('../native/runtime/index.ts');
  return { TFJS_DISTRIBUTE_LIBRARY: (await ensureRuntime()).directory };
}
