/** The supervisor: starts the workers of this machine, watches them, and ends them together. Loads no TensorFlow. */
import { hostRendezvous, type RendezvousServer } from '../cluster/index.ts';
import { checkRange, checkScript, ranges, type LaunchOptions } from './launchOptions.ts';
import { OutputSink } from './outputSink.ts';
import { colorLevelOf, rankPrefix } from './rankPrefix.ts';
import { workerDied } from './workerDied.ts';
import { workerEnvironment } from './workerEnvironment.ts';
import { planWorkers, type WorkerPlan } from './workerPlan.ts';
import { WorkerGroup } from './workerGroup.ts';
import { exitCodeOf, WorkerProcess } from './workerProcess.ts';

const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a script in `numWorkers` processes on this machine until all of them have ended. With several `machines`, or
 * where Slurm, MPI, Kubernetes or `TF_CONFIG` started this process, they are part of the job of all machines.
 *
 * Their output appears on this process's stdout and stderr, each line after the worker's rank. When one fails, the
 * others are ended and a report is printed. SIGINT, SIGTERM and SIGHUP to this process are passed on meanwhile.
 *
 * @returns 0 when all workers ended with 0; else the exit code of the first that failed, 128 + n for signal n
 * @throws UserError `TFD_WORKERS_RANGE`, `TFD_THREADS_RANGE`, `TFD_PORT_RANGE`, `TFD_GRACE_PERIOD_RANGE`,
 * `TFD_SCRIPT_NOT_FOUND`, `TFD_WORKERS_IN_CLUSTER`, `TFD_MACHINE_UNKNOWN`
 * @throws EnvironmentError `TFD_PORT_IN_USE`, `TFD_RENDEZVOUS_LISTEN`, `TFD_WORKER_NOT_STARTED`, or what `prepare` throws
 */
export async function launch(options: LaunchOptions): Promise<number> {
  const numWorkers = options.numWorkers === undefined ? undefined : checkRange(options.numWorkers, ranges.numWorkers);
  const port = checkRange(options.port ?? 0, ranges.port);
  const gracePeriodMs = checkRange(options.gracePeriodMs ?? 10_000, ranges.gracePeriodMs);
  if (options.threadsPerWorker !== undefined) checkRange(options.threadsPerWorker, ranges.threadsPerWorker);
  const script = checkScript(options.script);

  const plan = planWorkers(numWorkers, { ...options, port }, options.env ?? process.env);
  const rendezvous = plan.isHost ? await hostRendezvous(plan) : undefined;
  try {
    const prepared = await (options.prepare ?? fetchLibrary)();
    return await supervise({ ...options, script, gracePeriodMs, plan, prepared, rendezvous });
  } finally {
    await rendezvous?.close();
  }
}

interface Supervision extends LaunchOptions {
  readonly gracePeriodMs: number;
  readonly plan: WorkerPlan;
  readonly prepared: Readonly<Record<string, string>>;
  /** Absent where another machine holds it. */
  readonly rendezvous: RendezvousServer | undefined;
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
  const { script, args = [], plan, prepared, rendezvous, env = process.env } = options;
  const colorLevel = { stdout: colorLevelOf(process.stdout, env), stderr: colorLevelOf(process.stderr, env) };
  // The workers of the machine that holds the rendezvous need no name to be resolved.
  const { host, port, token } = plan.rendezvous;
  const meeting =
    rendezvous === undefined ? { host, port, token } : { host: '127.0.0.1', port: rendezvous.port, token };
  return plan.workers.map((worker) => {
    const { rank } = worker;
    return new WorkerProcess({
      ...{ rank, script, args },
      env: workerEnvironment({
        worker: { ...worker, rendezvous: meeting },
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
