/** What our models add to TF.js's: training by one compiled step, under any strategy. Shared by all kinds of models. */
import { scalar, tidy, type Optimizer, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, ModelCompileArgs } from '@tensorflow/tfjs-layers';
import { randomUniform } from '../../backend/frontend/index.ts';
import { currentStrategy, OneDeviceStrategy, shareOf, type Strategy } from '../../strategy/index.ts';
import type { FitHistory } from '../loop/callbackList.ts';
import { CompiledSteps } from '../loop/compiledSteps.ts';
import { controlVector } from '../loop/control.ts';
import { evaluateRows } from '../loop/evaluateRows.ts';
import { FitLoop, type FitPlan } from '../loop/fitLoop.ts';
import {
  checkBatchSize,
  checkEnoughSamples,
  checkFitArgs,
  defaultBatchSize,
  type EvaluateArgs,
  type FitArgs,
  type PredictArgs,
} from '../loop/fitOptions.ts';
import { predictRows } from '../loop/predictRows.ts';
import { runOnRows } from '../loop/runOnRows.ts';
import { prepareSamples, type Samples } from '../loop/samples.ts';
import { computeLossInFloat32 } from '../mixedPrecision/lossDtype.ts';
import { getGlobalPolicy } from '../mixedPrecision/index.ts';
import { FusedOptimizer, LossScaleOptimizer, toFused } from '../optimizers/index.ts';
import { internals, type Data, type ModelInternals } from './internals.ts';
import { alreadyTraining, explainCompile, notCompiled, notDistributed, statefulModel } from './modelErrors.ts';

export class ModelTrainer {
  readonly #model: LayersModel;
  /** The model that TF.js trains: `#model`, or the one inside of it. */
  readonly #trained: () => LayersModel | undefined;
  #strategy: Strategy = currentStrategy() ?? new OneDeviceStrategy();
  #steps: CompiledSteps | undefined;

  constructor(model: LayersModel, trained: () => LayersModel | undefined = () => model) {
    this.#model = model;
    this.#trained = trained;
    model.dtypePolicy = getGlobalPolicy();
  }

  get strategy(): Strategy {
    return this.#strategy;
  }

  /** @param compile - TF.js's `compile`. */
  compile(args: ModelCompileArgs, compile: (args: ModelCompileArgs) => void): void {
    this.#strategy = currentStrategy() ?? this.#strategy;
    this.dispose();
    const optimizer = explainCompile(() => {
      const fused = toFused(args.optimizer);
      compile({ ...args, optimizer: this.#scaled(fused) });
      return fused;
    });
    // TF.js disposes an optimizer with the model that made it.
    for (const model of [this.#model, this.#trained()]) {
      if (model !== undefined) internals(model).isOptimizerOwned = optimizer !== args.optimizer;
    }
    const trained = this.#trained();
    if (trained !== undefined) computeLossInFloat32(internals(trained));
  }

  async fit(x: Data, y: Data, args: FitArgs): Promise<FitHistory> {
    checkFitArgs(args);
    const model = this.#compiled('fit');
    this.#refuseAborted(args.signal);
    if (model.isTraining) throw alreadyTraining();
    model.isTraining = true;
    const used: Samples[] = [];
    try {
      const batchSize = args.batchSize ?? defaultBatchSize;
      const samples = await prepareSamples(model, x, y, { ...args, batchSize });
      used.push(samples);
      const rows = await this.#split(samples, args, used);
      checkEnoughSamples(rows.training.rows.length, batchSize, this.#strategy.numWorkers);
      model.checkTrainableWeightsConsistency();
      const steps = await this.#prepare(model);
      const seed = args.seed ?? (await this.#chooseSeed());
      return await new FitLoop({ model: this.#model, steps, ...rows, seed, args }).run();
    } finally {
      model.isTraining = false;
      for (const samples of used) samples.dispose();
    }
  }

  async trainOnBatch(x: Data, y: Data): Promise<number | number[]> {
    const model = this.#compiled('trainOnBatch');
    const { numWorkers, rank } = this.#strategy;
    const samples = await prepareSamples(model, x, y, { batchSize: defaultBatchSize });
    const control = controlVector({ stop: false, interrupted: false });
    try {
      checkEnoughSamples(samples.numSamples, samples.numSamples, numWorkers);
      const steps = await this.#prepare(model);
      const { start, end, weight } = shareOf(samples.numSamples, numWorkers, rank);
      const step = steps.train(weight);
      const values = await runOnRows(range(start, end), (rows) => step(rows, control, samples.tensors));
      return single(Array.from(values).slice(0, model.getDedupedMetricsNames().length));
    } finally {
      control.dispose();
      samples.dispose();
    }
  }

  async evaluateAsync(
    x: Data,
    y: Data,
    { batchSize = defaultBatchSize, signal }: EvaluateArgs,
  ): Promise<Scalar | Scalar[]> {
    checkBatchSize(batchSize);
    const model = this.#compiled('evaluateAsync');
    this.#refuseAborted(signal);
    const samples = await prepareSamples(model, x, y, { batchSize });
    try {
      const steps = await this.#prepare(model);
      const values = await evaluateRows(steps, samples.tensors, range(0, samples.numSamples), batchSize, signal);
      return single(values.map((value) => scalar(value)));
    } finally {
      samples.dispose();
    }
  }

  async predictAsync(
    x: Tensor | Tensor[],
    { batchSize = defaultBatchSize, signal }: PredictArgs,
  ): Promise<Tensor | Tensor[]> {
    checkBatchSize(batchSize);
    signal?.throwIfAborted();
    const trained = this.#trained();
    if (trained === undefined) throw notCompiled('predictAsync');
    const inputs = tidy(() => [x].flat().map((input) => (input.rank === 1 ? input.expandDims(1) : input.clone())));
    try {
      return single(await predictRows(this.#stepsOf(internals(trained)), inputs, batchSize, signal));
    } finally {
      for (const input of inputs) input.dispose();
    }
  }

  /** Gives back what the compiled steps hold. */
  dispose(): void {
    this.#steps?.dispose();
    this.#steps = undefined;
  }

  /** As in Keras: gradients of float16 need a scaled loss. */
  #scaled(optimizer: Optimizer): Optimizer {
    const { name } = this.#model.dtypePolicy;
    const isPlain = optimizer instanceof FusedOptimizer && !(optimizer instanceof LossScaleOptimizer);
    return name === 'mixed_float16' && isPlain ? new LossScaleOptimizer(optimizer as FusedOptimizer) : optimizer;
  }

  /** Of several workers, one alone must not stay away: they end together, after the first step. */
  #refuseAborted(signal: AbortSignal | undefined): void {
    if (this.#strategy.numWorkers === 1) signal?.throwIfAborted();
  }

  /** @throws UserError `TFD_NOT_COMPILED` */
  #compiled(method: string): ModelInternals {
    const trained = this.#trained();
    if (trained === undefined || internals(trained).optimizer_ === undefined) throw notCompiled(method);
    return internals(trained);
  }

  #stepsOf(model: ModelInternals): CompiledSteps {
    if (this.#steps?.fits(model, this.#strategy) !== true) {
      this.dispose();
      this.#steps = new CompiledSteps(model, this.#strategy);
    }
    return this.#steps;
  }

  /** Joins the other replicas, all of which then have the chief's weights. */
  async #prepare(model: ModelInternals): Promise<CompiledSteps> {
    const strategy = this.#strategy;
    if (model.stateful) throw statefulModel();
    if (strategy.numReplicas > 1 && !(model.optimizer_ instanceof FusedOptimizer)) throw notDistributed();
    await strategy.prepare();
    return this.#stepsOf(model);
  }

  async #split(samples: Samples, args: FitArgs, used: Samples[]): Promise<Pick<FitPlan, 'training' | 'validation'>> {
    const { tensors: data, numSamples } = samples;
    const { validationData, validationSplit = 0, validationSteps, batchSize = defaultBatchSize } = args;
    const most = (validationSteps ?? Infinity) * batchSize;
    if (validationData !== undefined) {
      const [x, y] = validationData as [Data, Data];
      const validation = await prepareSamples(internals(this.#trained() as LayersModel), x, y, { batchSize });
      used.push(validation);
      const rows = range(0, Math.min(validation.numSamples, most));
      return { training: { data, rows: range(0, numSamples) }, validation: { data: validation.tensors, rows } };
    }
    const splitAt = Math.floor(numSamples * (1 - validationSplit));
    const rows = range(splitAt, Math.min(numSamples, splitAt + most));
    return {
      training: { data, rows: range(0, splitAt) },
      validation: rows.length > 0 ? { data, rows } : undefined,
    };
  }

  /** One for all replicas: the chief's next random number. */
  async #chooseSeed(): Promise<number> {
    const drawn = tidy(() => randomUniform([1], 0, 2 ** 31 - 1, 'int32').dataSync()[0]);
    return Number(await this.#strategy.shareText(String(drawn)));
  }
}

function range(start: number, end: number): Int32Array {
  return Int32Array.from({ length: end - start }, (_, index) => start + index);
}

/** As TF.js gives results: one by itself, several as an array. */
function single<T>(values: T[]): T | T[] {
  return values.length === 1 ? (values[0] as T) : values;
}
