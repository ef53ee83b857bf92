/** The loop of `fit`: epochs of steps, callbacks, validation, and an orderly stop. */
import type { CallbackList, LayersModel } from '@tensorflow/tfjs-layers';
import { shareOf, type Strategy } from '../../strategy/index.ts';
import type { Batch, ModelInternals } from '../models/internals.ts';
import { FusedOptimizer } from '../optimizers/index.ts';
import { abortReason } from './abortion.ts';
import { makeCallbacks, type FitHistory } from './callbackList.ts';
import type { CompiledSteps } from './compiledSteps.ts';
import { agree, controlOf, controlVector, type Control } from './control.ts';
import { evaluateRows } from './evaluateRows.ts';
import { defaultBatchSize, type FitArgs, type Verbosity } from './fitOptions.ts';
import { FitProgress } from './fitProgress.ts';
import { RunningMeans } from './runningMeans.ts';
import { runOnRows } from './runOnRows.ts';
import { shuffled } from './shuffle.ts';
import { Speed } from './speed.ts';
import { StopSignals } from './stopSignals.ts';

/** Data, and the positions of those samples that are used. */
export interface Rows {
  readonly data: Batch;
  readonly rows: Int32Array;
}

export interface FitPlan {
  /** The model that callbacks see. */
  readonly model: LayersModel;
  readonly steps: CompiledSteps;
  readonly training: Rows;
  readonly validation: Rows | undefined;
  readonly seed: number;
  readonly args: FitArgs;
}

/** What one step gave. */
interface StepResult {
  /** Loss and metrics over the whole batch, in the order of their names. */
  readonly values: ArrayLike<number>;
  /** What all replicas together ask for. */
  readonly asked: Control;
  readonly wasCompiled: boolean;
}

/** What an epoch adds up. */
interface Epoch {
  readonly order: Int32Array;
  readonly means: RunningMeans;
  readonly speed: Speed;
}

const goOn: Control = { stop: false, interrupted: false };

export class FitLoop {
  readonly #plan: FitPlan;
  readonly #inside: ModelInternals;
  readonly #strategy: Strategy;
  readonly #names: string[];
  readonly #batchSize: number;
  readonly #numSteps: number;
  readonly #callbacks: CallbackList;
  readonly #history: FitHistory;
  readonly #speed = new Speed();
  readonly #progress: FitProgress;
  readonly #signals = new StopSignals();

  constructor(plan: FitPlan) {
    const { args, steps, training, validation } = plan;
    this.#plan = plan;
    this.#inside = steps.model;
    this.#strategy = steps.strategy;
    this.#names = steps.model.getDedupedMetricsNames();
    this.#batchSize = args.batchSize ?? defaultBatchSize;
    const numBatches = Math.ceil(training.rows.length / this.#batchSize);
    this.#numSteps = Math.min(numBatches, args.stepsPerEpoch ?? Infinity);
    const verbosity = (args.verbose ?? 1) as Verbosity;
    const { list, history } = makeCallbacks(plan.model, args, {
      epochs: this.#numEpochs,
      initialEpoch: this.#firstEpoch,
      samples: training.rows.length,
      steps: this.#numSteps,
      batchSize: this.#batchSize,
      verbose: verbosity,
      doValidation: validation !== undefined,
      metrics: validation === undefined ? this.#names : [...this.#names, ...this.#names.map((name) => `val_${name}`)],
    });
    this.#callbacks = list;
    this.#history = history;
    this.#progress = new FitProgress({
      numEpochs: this.#numEpochs,
      numSteps: this.#numSteps,
      verbosity: this.#strategy.isChief ? verbosity : 0,
      stream: args.progressStream ?? process.stdout,
    });
  }

  /**
   * Trains to the end, or until a callback or a signal of the system stops it; gives what happened so far.
   *
   * @throws The reason of the `AbortSignal` among the arguments.
   */
  async run(): Promise<FitHistory> {
    this.#inside.history = this.#plan.model.history = this.#history;
    this.#inside.stopTraining_ = false;
    try {
      await this.#callbacks.onTrainBegin();
      for (let epoch = this.#firstEpoch; epoch < this.#numEpochs; epoch++) {
        const { stop, interrupted } = await this.#epoch(epoch);
        if (stop || interrupted) break;
      }
      this.#history.samplesPerSecond = this.#speed.samplesPerSecond;
      // As in Keras: with an average of the weights, training ends on it.
      if (this.#inside.optimizer_ instanceof FusedOptimizer) this.#inside.optimizer_.finalizeVariableValues();
      await this.#callbacks.onTrainEnd();
      return this.#history;
    } finally {
      this.#progress.close();
      this.#signals.dispose();
    }
  }

  async #epoch(epoch: number): Promise<Control> {
    await this.#callbacks.onEpochBegin(epoch);
    this.#progress.epochBegin(epoch, epoch === this.#firstEpoch);
    const sums: Epoch = { order: this.#order(epoch), means: new RunningMeans(this.#names), speed: new Speed() };
    let asked: Control = goOn;
    let numDone = 0;
    while (numDone < this.#numSteps) {
      this.#endIfAborted();
      asked = await this.#step(numDone, sums);
      numDone += 1;
      this.#endIfAborted(asked);
      const own = this.#strategy.numWorkers === 1 && this.#inside.stopTraining_;
      if (asked.stop || asked.interrupted || own) break;
    }
    const isWhole = numDone === this.#numSteps && !asked.stop && !asked.interrupted;
    const logs = { ...sums.means.logs, ...(isWhole ? await this.#validate() : {}) };
    this.#progress.epochEnd({ numDone, logs, samplesPerSecond: sums.speed.samplesPerSecond });
    await this.#callbacks.onEpochEnd(epoch, logs);
    asked = await agree(this.#strategy, { ...this.#wishes, stop: asked.stop || this.#inside.stopTraining_ });
    this.#endIfAborted(asked);
    if (asked.interrupted && !(isWhole && epoch + 1 === this.#numEpochs)) this.#tellStopped(epoch, numDone);
    return asked;
  }

  async #step(index: number, { order, means, speed }: Epoch): Promise<Control> {
    const rows = order.subarray(index * this.#batchSize, (index + 1) * this.#batchSize);
    const logs: Record<string, number> = { batch: index, size: rows.length };
    await this.#callbacks.onBatchBegin(index, logs);
    const startMs = performance.now();
    const { values, asked, wasCompiled } = await this.#train(rows);
    const ms = performance.now() - startMs;
    for (const each of [speed, this.#speed]) each.add(rows.length, ms, wasCompiled);
    this.#names.forEach((name, position) => (logs[name] = values[position] ?? Number.NaN));
    means.add(values, rows.length);
    const { samplesPerSecond } = speed;
    this.#progress.step({ numDone: index + 1, logs: means.logs, samplesPerSecond }, wasCompiled);
    await this.#callbacks.onBatchEnd(index, logs);
    return asked;
  }

  async #train(batch: Int32Array): Promise<StepResult> {
    const { steps, training } = this.#plan;
    const { start, end, weight } = shareOf(batch.length, this.#strategy.numWorkers, this.#strategy.rank);
    const control = controlVector(this.#wishes);
    try {
      // A replica without samples runs the step on one that does not count.
      const own = weight > 0 ? batch.subarray(start, end) : batch.subarray(0, 1);
      const step = steps.train(weight);
      const { numTraces } = step;
      const report = await runOnRows(own, (rows) => step(rows, control, training.data));
      const asked = controlOf(report.subarray(this.#names.length));
      return { values: report, asked, wasCompiled: step.numTraces > numTraces };
    } finally {
      control.dispose();
    }
  }

  async #validate(): Promise<Record<string, number>> {
    const { steps, validation } = this.#plan;
    if (validation === undefined) return {};
    const values = await evaluateRows(steps, validation.data, validation.rows, this.#batchSize, this.#signal);
    return Object.fromEntries(this.#names.map((name, index) => [`val_${name}`, values[index] ?? Number.NaN]));
  }

  #order(epoch: number): Int32Array {
    const { args, seed, training } = this.#plan;
    return (args.shuffle ?? true) ? shuffled(training.rows, seed, epoch) : training.rows;
  }

  /** What this replica asks for. */
  get #wishes(): Control {
    return {
      stop: this.#inside.stopTraining_,
      interrupted: this.#signals.received !== undefined,
      aborted: this.#signal?.aborted === true,
    };
  }

  /** @param asked - What all replicas ask for; left out, only a replica that trains alone may end. */
  #endIfAborted({ aborted = false }: Partial<Control> = {}): void {
    const isAlone = this.#strategy.numWorkers === 1;
    if (aborted || (isAlone && this.#signal?.aborted === true)) throw abortReason(this.#signal);
  }

  get #signal(): AbortSignal | undefined {
    return this.#plan.args.signal;
  }

  #tellStopped(epoch: number, numDone: number): void {
    if (!this.#strategy.isChief) return;
    const by = this.#signals.received === 'SIGINT' ? 'Ctrl-C' : (this.#signals.received ?? 'a signal');
    process.stderr.write(`Stopped by ${by} after epoch ${epoch + 1}, step ${numDone}; press again to quit at once.\n`);
  }

  get #firstEpoch(): number {
    return this.#plan.args.initialEpoch ?? 0;
  }

  get #numEpochs(): number {
    return this.#plan.args.epochs ?? 1;
  }
}
