/** Models as graphs of layers: TF.js's `tf.LayersModel`, trained by compiled steps under a strategy. */
import { dispose, serialization, type Scalar, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { LayersModel, type History, type ModelCompileArgs, type ModelEvaluateArgs } from '@tensorflow/tfjs-layers';
import type { Strategy } from '../../strategy/index.ts';
import type { FitHistory } from '../loop/callbackList.ts';
import type { EvaluateArgs, FitArgs, PredictArgs } from '../loop/fitOptions.ts';
import type { SavedModelOptions } from '../savedModel/exportSavedModel.ts';
import { internals, type Data } from './internals.ts';
import { datasetNotDistributed } from './modelErrors.ts';
import { ModelTrainer } from './modelTrainer.ts';

type ModelArgs = ConstructorParameters<typeof LayersModel>[0];

export class Model extends LayersModel {
  static override className = 'Model';
  readonly #trainer = new ModelTrainer(this);

  /** The strategy in whose `scope` the model was made or compiled last; one device where there was none. */
  get strategy(): Strategy {
    return this.#trainer.strategy;
  }

  /** What an optimizer trains, in the order of `trainableWeights`: for loops of one's own. */
  get trainableVariables(): Variable[] {
    return internals(this).trainableWeights.map((weight) => weight.read());
  }

  /**
   * As TF.js's; the optimizer becomes the one of ours that has the same name or class.
   *
   * @throws UserError `TFD_COMPILE` for an unknown loss or metric, `TFD_OPTIMIZER_UNKNOWN` for an unknown optimizer.
   */
  override compile(args: ModelCompileArgs): void {
    this.#trainer.compile(args, (known) => {
      super.compile(known);
    });
  }

  /**
   * Trains the model, as TF.js's `fit`, by a compiled step on each replica of the strategy. Every worker passes the same
   * data. The event loop stays free.
   *
   * Ctrl-C ends it on all workers after the step in flight, and the history so far is given; a second one ends the
   * process. `args.signal` ends it likewise, and then the promise is rejected with the signal's reason.
   *
   * @throws UserError `TFD_NOT_COMPILED`, `TFD_BATCH_SIZE`, `TFD_FIT_ARGS`, `TFD_FIT_LENGTHS`, `TFD_FIT_DATA`,
   *   `TFD_FIT_RUNNING`, `TFD_TOO_FEW_BATCHES`, `TFD_STATEFUL_MODEL`, `TFD_OPTIMIZER_NOT_DISTRIBUTED`.
   */
  override fit(x: Data, y: Data, args: FitArgs = {}): Promise<FitHistory> {
    return this.#trainer.fit(x, y, args);
  }

  /** One step on a batch, of which each replica takes its share. Gives the loss, or loss and metrics. */
  override trainOnBatch(x: Data, y: Data): Promise<number | number[]> {
    return this.#trainer.trainOnBatch(x, y);
  }

  /** As TF.js's, at once and on this worker alone: no other worker has to take part. */
  override evaluate(x: Tensor | Tensor[], y: Tensor | Tensor[], args?: ModelEvaluateArgs): Scalar | Scalar[] {
    const values = super.evaluate(x, y, args);
    // TF.js gives one running total a loss, where `metricsNames` has one total.
    if (Array.isArray(values)) dispose(values.splice(0, this.outputs.length - 1));
    return values;
  }

  /**
   * As `evaluate`, compiled, and shared by all workers, each of which must call it: all get the same result. The event
   * loop stays free.
   */
  evaluateAsync(x: Data, y: Data, args: EvaluateArgs = {}): Promise<Scalar | Scalar[]> {
    return this.#trainer.evaluateAsync(x, y, args);
  }

  /** As `predict`, compiled, on this worker alone. The event loop stays free. */
  predictAsync(x: Tensor | Tensor[], args: PredictArgs = {}): Promise<Tensor | Tensor[]> {
    return this.#trainer.predictAsync(x, args);
  }

  /**
   * Saves what the model predicts as a SavedModel, which Python's TensorFlow and TensorFlow Serving load. Of several
   * workers, one does so. See `exportSavedModel` for the names of inputs and outputs and for what can be wrong.
   *
   * @param folder - Made where it is missing; a SavedModel that is there is replaced.
   */
  async exportSavedModel(folder: string, options?: SavedModelOptions): Promise<void> {
    const { exportSavedModel } = await import('../savedModel/exportSavedModel.ts');
    return exportSavedModel(this, folder, options);
  }

  /** As TF.js's, which runs operation by operation. @throws UserError `TFD_FIT_DATASET` with several replicas. */
  override async fitDataset(...args: Parameters<LayersModel['fitDataset']>): Promise<History> {
    if (this.strategy.numReplicas > 1) throw datasetNotDistributed();
    return super.fitDataset(...args);
  }

  override dispose(): ReturnType<LayersModel['dispose']> {
    const result = super.dispose();
    if (result.refCountAfterDispose === 0) this.#trainer.dispose();
    return result;
  }
}

/** The name that newer versions of Keras save such models under. */
class Functional extends Model {
  static override className = 'Functional';
}

serialization.registerClass(Model);
serialization.registerClass(Functional);

/** Makes a model of the layers between `inputs` and `outputs`, as TF.js's `tf.model`. */
export function model(args: ModelArgs): Model {
  return new Model(args);
}
