/** The compiled steps that leave the weights as they are: loss and metrics, and predictions. */
import { gather, stack, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import type { CompiledFunction } from '../../graph/index.ts';
import type { Strategy } from '../../strategy/index.ts';
import { testFunction, type Batch, type ModelInternals } from '../models/internals.ts';

/** Takes positions of samples (int32) and all of the data; gives the loss and the metrics over those samples. */
export type TestStep = CompiledFunction<[rows: Tensor1D, data: Batch], Tensor1D>;

/** Takes positions of samples (int32) and all of the inputs; gives one prediction for each output. */
export type PredictStep = CompiledFunction<[rows: Tensor1D, inputs: readonly Tensor[]], Tensor[]>;

export function makeTestStep(model: ModelInternals, strategy: Strategy): TestStep {
  const test = testFunction(model);
  const run = (rows: Tensor1D, data: Batch): Tensor1D =>
    stack(test(data.map((tensor) => tensor && gather(tensor, rows)))) as Tensor1D;
  return strategy.compileStep(run, { name: 'test_step' });
}

export function makePredictStep(model: ModelInternals, strategy: Strategy): PredictStep {
  const run = (rows: Tensor1D, inputs: readonly Tensor[]): Tensor[] => {
    const outputs = model.predictLoop(
      inputs.map((tensor) => gather(tensor, rows)),
      rows.size,
    );
    return Array.isArray(outputs) ? outputs : [outputs];
  };
  return strategy.compileStep(run, { name: 'predict_step' });
}
