/** The workers of this machine: ends all of them when one fails or when the user says so, each step harder. */
import type { RendezvousServer } from '../cluster/index.ts';
import { exitCodeOf, type WorkerProcess } from './workerProcess.ts';

/** Time that workers get to leave by themselves after they were told that another one failed. */
const abortNoticeMs = 1000;
/** The same signal again within this time is the same key press: npm passes on what the terminal has already sent. */
const samePressMs = 500;

export interface WorkerGroupOptions {
  /** Absent where another machine holds it. */
  readonly rendezvous: Pick<RendezvousServer, 'abort'> | undefined;
  /** Time between SIGTERM and SIGKILL, in milliseconds. */
  readonly gracePeriodMs: number;
  /** Prints one line about what happens. */
  readonly say: (text: string) => void;
}

export class WorkerGroup {
  readonly workers: readonly WorkerProcess[];
  /** Whether the job ends because the user sent a signal, and not because a worker failed. */
  isInterrupted = false;
  /** Number of workers that were ended because another one failed. */
  numEnded = 0;
  readonly #options: WorkerGroupOptions;
  /** How hard the workers are being ended. */
  #stage: 'run' | 'ask' | 'terminate' | 'kill' = 'run';
  #timer: NodeJS.Timeout | undefined;
  #lastSignal: { readonly name: NodeJS.Signals; readonly timeMs: number } | undefined;

  constructor(workers: readonly WorkerProcess[], options: WorkerGroupOptions) {
    this.workers = workers;
    this.#options = options;
  }

  /**
   * Resolves when all workers are gone and all of their output has been passed on.
   *
   * @throws EnvironmentError `TFD_WORKER_NOT_STARTED`
   */
  async ended(): Promise<void> {
    const outcomes = await Promise.allSettled(this.workers.map((worker) => this.#watch(worker)));
    clearTimeout(this.#timer);
    await Promise.all(this.workers.map((worker) => worker.drained));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** The worker that failed first by its own doing, or `undefined` when none did. */
  get culprit(): WorkerProcess | undefined {
    const timeMs = (worker: WorkerProcess) => worker.failure?.timeMs ?? worker.exit?.timeMs ?? Infinity;
    // A worker that lost a peer fails because of another one, and may be gone before the other one is.
    const isConsequence = (worker: WorkerProcess) => Number(worker.failure?.name === 'PeerError');
    const failed = this.workers.filter((worker) => worker.failedByItself);
    return failed.sort((a, b) => isConsequence(a) - isConsequence(b) || timeMs(a) - timeMs(b))[0];
  }

  /** Passes a signal of the user on. The second one ends the workers, the third one kills them. */
  interrupt(name: NodeJS.Signals): void {
    const timeMs = Date.now();
    if (name === this.#lastSignal?.name && timeMs - this.#lastSignal.timeMs < samePressMs) return;
    this.#lastSignal = { name, timeMs };
    if (this.#stage === 'run') {
      this.#stage = 'ask';
      this.isInterrupted = true;
      this.#signal(name);
      if (name === 'SIGINT') this.#after(abortNoticeMs, this.#remindOfSecondPress);
      else this.#after(this.#options.gracePeriodMs, this.#kill);
    } else if (this.#stage === 'ask') this.terminate();
    else this.#kill();
  }

  /** Ends the workers: SIGTERM, and SIGKILL after the grace period. */
  readonly terminate = (): void => {
    this.#stage = 'terminate';
    this.#signal('SIGTERM');
    this.#after(this.#options.gracePeriodMs, this.#kill);
  };

  async #watch(worker: WorkerProcess): Promise<void> {
    const { rendezvous, say } = this.#options;
    try {
      const exit = await worker.exited;
      if (exitCodeOf(exit) === 0 || this.#stage !== 'run') return;
    } catch (error) {
      this.terminate();
      throw error;
    }
    this.#stage = 'ask';
    const others = this.#running();
    this.numEnded = others.length;
    if (others.length === 0) return;
    say(`Worker ${worker.rank} failed; ending the others.`);
    rendezvous?.abort(`worker ${worker.rank} failed`, worker.rank);
    this.#after(abortNoticeMs, this.terminate);
  }

  readonly #kill = (): void => {
    this.#stage = 'kill';
    this.#signal('SIGKILL');
  };

  readonly #remindOfSecondPress = (): void => {
    this.#options.say('The workers were told to stop. Press Ctrl-C again to end them now.');
  };

  #signal(name: NodeJS.Signals): void {
    for (const worker of this.#running()) worker.signal(name);
  }

  #running(): WorkerProcess[] {
    return this.workers.filter(({ exit }) => exit === undefined);
  }

  #after(delayMs: number, action: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(action, delayMs);
  }
}
