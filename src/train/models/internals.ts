/** The parts of TF.js's models that its types keep to themselves: those that training uses, and nothing else. */
import type { Optimizer, Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { ClassWeight, ClassWeightMap, History, LayersModel } from '@tensorflow/tfjs-layers';

/** Inputs or targets, as `fit` takes them: one tensor, one for each input, or one for each name. */
export type Data = Tensor | Tensor[] | { [name: string]: Tensor };

/** Inputs, targets, then weights of the samples for those outputs that have some. */
export type Batch = readonly (Tensor | null)[];

/** A loss or metric of `compile`. */
export type LossOrMetric = (targets: Tensor, predictions: Tensor) => Tensor;

/** A model of TF.js as seen from inside. */
export interface ModelInternals {
  readonly trainableWeights: { read(): Variable }[];
  readonly nonTrainableWeights: { read(): Variable }[];
  readonly outputs: readonly unknown[];
  readonly stateful: boolean;
  history: History;
  optimizer_: Optimizer | undefined;
  isOptimizerOwned: boolean;
  isTraining: boolean;
  stopTraining_: boolean;
  /** One for each output; set by `compile`. */
  lossFunctions: LossOrMetric[];
  /** Metrics, and of which output each is; set by `compile`. */
  metricsTensors: [metric: LossOrMetric, output: number][];
  /** Loss and metrics of a batch in test mode; set by `makeTestFunction`. */
  testFunction: (batch: Batch) => Scalar[];
  makeTestFunction(): void;
  /** Makes the function that takes one step and gives the loss and the metrics. */
  makeTrainFunction(): (batch: Batch) => Scalar[];
  predictLoop(inputs: Tensor[], batchSize: number): Tensor | Tensor[];
  checkTrainableWeightsConsistency(): void;
  getDedupedMetricsNames(): string[];
  standardizeUserDataXY(x: Data, y: Data, checkBatchAxis: boolean, batchSize: number): [Tensor[], Tensor[]];
  standardizeUserData(
    x: Data,
    y: Data,
    sampleWeight: Tensor | undefined,
    classWeight: ClassWeight | ClassWeight[] | ClassWeightMap | undefined,
    checkBatchAxis: boolean,
    batchSize: number,
  ): Promise<[Tensor[], Tensor[], (Tensor | null)[] | null]>;
}

/** `model` as seen from inside. */
export function internals(model: LayersModel): ModelInternals {
  return model as unknown as ModelInternals;
}

/** The model that TF.js's `Sequential` keeps inside and trains, or undefined before it is built. */
export function innerModel(sequential: LayersModel): LayersModel | undefined {
  return (sequential as unknown as { model?: LayersModel }).model;
}

/**
 * Loss and metrics of a batch in test mode, in the order of `metricsNames`.
 *
 * TF.js's function gives one running total a loss, where the names have one total: all but the last are left out.
 */
export function testFunction(model: ModelInternals): (batch: Batch) => Scalar[] {
  model.makeTestFunction();
  const { testFunction: test, outputs } = model;
  return (batch) => test(batch).slice(outputs.length - 1);
}
