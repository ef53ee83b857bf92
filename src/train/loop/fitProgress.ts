/** Shows how a `fit` goes on: one redrawn line an epoch on a terminal, plain lines elsewhere. */
import { createProgress, type Progress } from '../../base/progress.ts';
import type { Verbosity } from './fitOptions.ts';

export interface FitProgressOptions {
  readonly numEpochs: number;
  /** Steps in an epoch. */
  readonly numSteps: number;
  /** 0: nothing; 1: the line that is redrawn, or a plain line each 10 s; 2: one line an epoch. */
  readonly verbosity: Verbosity;
  readonly stream: NodeJS.WriteStream | NodeJS.WritableStream;
}

/** How far an epoch is. */
export interface EpochState {
  /** Steps done. */
  readonly numDone: number;
  readonly samplesPerSecond: number;
  /** Loss and metrics so far. */
  readonly logs: Readonly<Record<string, number>>;
}

/** Between two plain lines of one epoch. */
const plainIntervalMs = 10_000;
/** Compiling that took longer is reported in plain lines too. */
const slowCompileMs = 2000;

export class FitProgress {
  readonly #options: FitProgressOptions;
  readonly #redraws: boolean;
  #title = '';
  #line: Progress | undefined;
  #startMs = 0;
  #writtenMs = 0;

  constructor(options: FitProgressOptions) {
    this.#options = options;
    this.#redraws = options.verbosity === 1 && isTerminal(options.stream);
  }

  /** @param isFirst - Whether this is the first epoch, whose first step is compiled. */
  epochBegin(epoch: number, isFirst: boolean): void {
    const { numEpochs, numSteps, stream } = this.#options;
    this.#title = `Epoch ${String(epoch + 1).padStart(String(numEpochs).length)}/${numEpochs}`;
    this.#startMs = this.#writtenMs = performance.now();
    if (!this.#redraws) return;
    this.#line = createProgress({ title: this.#title, total: numSteps, unit: 'steps', stream });
    if (isFirst) stream.write(`\r${this.#title}  compiling…\u001B[K`);
  }

  step(state: EpochState, wasCompiled: boolean): void {
    if (this.#options.verbosity !== 1) return;
    this.#line?.update(state.numDone, facts(state));
    if (this.#redraws) return;
    const now = performance.now();
    if (wasCompiled && state.numDone === 1 && now - this.#startMs > slowCompileMs) {
      this.#write(`the step was compiled in ${duration(now - this.#startMs)}`);
    } else if (now - this.#writtenMs >= plainIntervalMs) {
      const { numSteps } = this.#options;
      const leftMs = ((now - this.#startMs) / state.numDone) * (numSteps - state.numDone);
      this.#write(`${state.numDone}/${numSteps} steps  ${duration(leftMs)} left  ${facts(state)}`);
    }
  }

  /** @param state - The epoch's, with the validation's loss and metrics among the logs. */
  epochEnd(state: EpochState): void {
    if (this.#options.verbosity === 0) return;
    const text = `${state.numDone} steps in ${duration(performance.now() - this.#startMs)}  ${facts(state)}`;
    if (this.#line === undefined) this.#write(text);
    else this.#line.done(`${this.#title}  ${text}`);
    this.#line = undefined;
  }

  /** Ends a line that an error has cut short. */
  close(): void {
    this.#line?.done();
    this.#line = undefined;
  }

  #write(text: string): void {
    this.#writtenMs = performance.now();
    this.#options.stream.write(`${this.#title}  ${text}\n`);
  }
}

function facts({ samplesPerSecond, logs }: EpochState): string {
  const numbers = Object.entries(logs).map(([name, value]) => `${name} ${numberText(value)}`);
  return [`${Math.round(samplesPerSecond).toLocaleString('en')} samples/s`, ...numbers].join('  ');
}

function numberText(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(3) : value.toFixed(4);
}

function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`;
}

function isTerminal(stream: NodeJS.WriteStream | NodeJS.WritableStream): boolean {
  return 'isTTY' in stream && stream.isTTY && process.env['TERM'] !== 'dumb';
}
