/** Models as stacks of layers: TF.js's `tf.Sequential`, trained by compiled steps under a strategy. */
import { serialization, type Scalar, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import {
  Sequential as LayersSequential,
  type History,
  type ModelCompileArgs,
  type SequentialArgs,
} from '@tensorflow/tfjs-layers';
import type { Strategy } from '../../strategy/index.ts';
import type { FitHistory } from '../loop/callbackList.ts';
import type { EvaluateArgs, FitArgs, PredictArgs } from '../loop/fitOptions.ts';
import type { SavedModelOptions } from '../savedModel/exportSavedModel.ts';
import { innerModel, internals, type Data } from './internals.ts';
import { datasetNotDistributed } from './modelErrors.ts';
import { ModelTrainer } from './modelTrainer.ts';

/** Each method does what that of `Model` does. */
export class Sequential extends LayersSequential {
  static override className = 'Sequential';
  readonly #trainer = new ModelTrainer(this, () => innerModel(this));

  /** The strategy in whose `scope` the model was made or compiled last; one device where there was none. */
  get strategy(): Strategy {
    return this.#trainer.strategy;
  }

  /** What an optimizer trains, in the order of `trainableWeights`: for loops of one's own. */
  get trainableVariables(): Variable[] {
    return internals(this).trainableWeights.map((weight) => weight.read());
  }

  /** See `Model.compile`. */
  override compile(args: ModelCompileArgs): void {
    this.#trainer.compile(args, (known) => {
      super.compile(known);
    });
  }

  /** See `Model.fit`. */
  override fit(x: Data, y: Data, args: FitArgs = {}): Promise<FitHistory> {
    return this.#trainer.fit(x, y, args);
  }

  /** See `Model.trainOnBatch`. */
  override trainOnBatch(x: Data, y: Data): Promise<number | number[]> {
    return this.#trainer.trainOnBatch(x, y);
  }

  /** See `Model.evaluateAsync`. */
  evaluateAsync(x: Data, y: Data, args: EvaluateArgs = {}): Promise<Scalar | Scalar[]> {
    return this.#trainer.evaluateAsync(x, y, args);
  }

  /** See `Model.predictAsync`. */
  predictAsync(x: Tensor | Tensor[], args: PredictArgs = {}): Promise<Tensor | Tensor[]> {
    if (innerModel(this) === undefined) this.build();
    return this.#trainer.predictAsync(x, args);
  }

  /** See `Model.exportSavedModel`. */
  async exportSavedModel(folder: string, options?: SavedModelOptions): Promise<void> {
    const { exportSavedModel } = await import('../savedModel/exportSavedModel.ts');
    return exportSavedModel(this, folder, options);
  }

  /** As TF.js's, which runs operation by operation. @throws UserError `TFD_FIT_DATASET` with several replicas. */
  override async fitDataset(...args: Parameters<LayersSequential['fitDataset']>): Promise<History> {
    if (this.strategy.numReplicas > 1) throw datasetNotDistributed();
    return super.fitDataset(...args);
  }

  override dispose(): ReturnType<LayersSequential['dispose']> {
    const result = super.dispose();
    if (result.refCountAfterDispose === 0) this.#trainer.dispose();
    return result;
  }
}

serialization.registerClass(Sequential);

/** Makes a model of layers that each take the output of the one before, as TF.js's `tf.sequential`. */
export function sequential(config?: SequentialArgs): Sequential {
  return new Sequential(config);
}
