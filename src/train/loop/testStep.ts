/** The compiled steps that leave the weights as they are: loss and metrics, and predictions. */
import { addN, concat, mul, stack, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import type { CompiledFunction } from '../../graph/index.ts';
import type { Strategy } from '../../strategy/index.ts';
import { testFunction, type Batch, type ModelInternals } from '../models/internals.ts';
import { rowsOf } from './trainStep.ts';

/** Takes positions of samples (int32) and all of the data; gives the loss and the metrics over those samples. */
export type TestStep = CompiledFunction<[rows: Tensor1D, data: Batch], Tensor1D>;

/** Takes positions of samples (int32) and all of the inputs; gives one prediction for each output. */
export type PredictStep = CompiledFunction<[rows: Tensor1D, inputs: readonly Tensor[]], Tensor[]>;

export function makeTestStep(model: ModelInternals, strategy: Strategy): TestStep {
  const test = testFunction(model);
  const run = (rows: Tensor1D, data: Batch): Tensor1D => {
    const shares = strategy.shares(rows.size);
    const batches = shares.map((share) => rowsOf(data, rows, share));
    const reports = strategy.onReplicas(shares, ({ weight }, index) =>
      mul(stack(test(batches[index] as Batch)), weight),
    );
    return addN(reports) as Tensor1D;
  };
  return strategy.compileStep(run, { name: 'test_step' });
}

export function makePredictStep(model: ModelInternals, strategy: Strategy): PredictStep {
  const run = (rows: Tensor1D, inputs: readonly Tensor[]): Tensor[] => {
    const shares = strategy.shares(rows.size);
    const batches = shares.map((share) => rowsOf(inputs, rows, share));
    const parts = strategy.onReplicas(shares, ({ start, end }, index) =>
      [model.predictLoop(batches[index] as Tensor[], end - start)].flat(),
    );
    return (parts[0] ?? []).map((_, output) => concat(parts.map((part) => part[output] as Tensor)));
  };
  return strategy.compileStep(run, { name: 'predict_step' });
}
