/** One worker: starts its process, passes its output on, and says how it ended. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../base/errors.ts';
import type { OutputSink } from './outputSink.ts';
import { relayLines } from './relayLines.ts';
import { parseReportedFailure, type ReportedFailure } from './reportedFailure.ts';

export interface WorkerProcessOptions {
  readonly rank: number;
  /** Path of the user's script: TypeScript or JavaScript. */
  readonly script: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: { readonly sink: OutputSink; readonly prefix: string };
  readonly stderr: { readonly sink: OutputSink; readonly prefix: string };
}

/** How a process ended: by itself with a code, or by a signal. */
export interface WorkerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly timeMs: number;
}

const numLastErrorLines = 10;
/** After a worker has exited, its output counts as complete when nothing has arrived for this long. */
const quietMs = 1000;

export class WorkerProcess {
  readonly rank: number;
  /** Settles when the process is gone; rejects with `TFD_WORKER_NOT_STARTED` when it never was. */
  readonly exited: Promise<WorkerExit>;
  /** Resolves after `exited`, when all of its output has been passed on. */
  readonly drained: Promise<void>;
  /** The last lines of its stderr, oldest first. */
  readonly lastErrorLines: string[] = [];
  #exit: WorkerExit | undefined;
  readonly #child: ChildProcess;
  readonly #sent = new Set<NodeJS.Signals>();
  #reported = '';

  constructor(options: WorkerProcessOptions) {
    this.rank = options.rank;
    this.#child = start(options);
    this.exited = this.#waitForExit();
    this.drained = this.#passOutputOn(options);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** How it ended; `undefined` while it runs. */
  get exit(): WorkerExit | undefined {
    return this.#exit;
  }

  /** Whether it failed, and not because of a signal that the supervisor had sent. */
  get failedByItself(): boolean {
    if (this.#exit === undefined || exitCodeOf(this.#exit) === 0) return false;
    return this.#sent.size === 0 || (this.#exit.signal !== null && !this.#sent.has(this.#exit.signal));
  }

  /** The uncaught error that ended it, where there was one; complete once `drained`. */
  get failure(): ReportedFailure | undefined {
    return parseReportedFailure(this.#reported);
  }

  /** Sends a signal to the worker and to all processes that it started, as a terminal does. */
  signal(name: NodeJS.Signals): void {
    if (this.#exit !== undefined) return;
    this.#sent.add(name);
    this.#signalGroup(name);
  }

  async #waitForExit(): Promise<WorkerExit> {
    const ended = once(this.#child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    const [code, signal] = await ended.catch((cause: unknown) => {
      throw notStarted(this.rank, cause);
    });
    this.#exit = { code, signal, timeMs: Date.now() };
    this.#signalGroup('SIGKILL');
    return this.#exit;
  }

  async #passOutputOn({ stdout, stderr }: WorkerProcessOptions): Promise<void> {
    if (this.pid === undefined) return;
    // The types do not know that these pipes are sockets, which count their bytes.
    const [, out, errors, reports] = this.#child.stdio as unknown as [null, Socket, Socket, Socket];
    reports.setEncoding('utf8').on('data', (text: string) => (this.#reported += text));
    const keepLine = (line: string) => {
      this.lastErrorLines.push(line);
      if (this.lastErrorLines.length > numLastErrorLines) this.lastErrorLines.shift();
    };
    const relays = Promise.allSettled([
      relayLines(out, stdout.sink, { prefix: stdout.prefix }),
      relayLines(errors, stderr.sink, { prefix: stderr.prefix, onLine: keepLine }),
      once(reports, 'close'),
    ]);
    await this.exited;
    // A process that left the worker's group may hold the pipes open for as long as it likes.
    let numBytes: number;
    do {
      numBytes = out.bytesRead + errors.bytesRead;
      const first = await Promise.race([relays, sleep(quietMs, 'quiet' as const, { ref: false })]);
      if (first !== 'quiet') return;
    } while (out.bytesRead + errors.bytesRead > numBytes || stdout.sink.isWaiting || stderr.sink.isWaiting);
    for (const source of [out, errors, reports]) source.destroy();
    await relays;
  }

  #signalGroup(name: NodeJS.Signals): void {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, name);
    } catch {
      // Nobody of the group is left.
    }
  }
}

/** The exit code that a shell would report: the code itself, or 128 and the number of the signal. */
export function exitCodeOf({ code, signal }: WorkerExit): number {
  return code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
}

function start({ script, args, env }: WorkerProcessOptions): ChildProcess {
  const ownExtension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const preload = new URL(`./workerPreload.${ownExtension}`, import.meta.url).href;
  const loaders = ['--import', import.meta.resolve('tsx'), '--import', preload];
  // In a process group of its own, so that Ctrl-C on the terminal reaches it only through the supervisor: once.
  return spawn(process.execPath, [...loaders, script, ...args], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
}

function notStarted(rank: number, cause: unknown): EnvironmentError {
  return new EnvironmentError({
    code: 'TFD_WORKER_NOT_STARTED',
    rule: `The process of worker ${rank} could not be started.`,
    received: cause instanceof Error ? cause.message : String(cause),
    remedy: 'Check the limits of this machine on memory and processes, or use fewer workers.',
    cause,
  });
}
