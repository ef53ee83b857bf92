/** The compiled training step: rows of the data in, loss and metrics out; weights are updated in place. */
import { concat, dispose, gather, mul, stack, type Tensor, type Tensor1D, type Variable } from '@tensorflow/tfjs-core';
import type { CompiledFunction } from '../../graph/index.ts';
import { replicaContext, type Strategy } from '../../strategy/index.ts';
import type { Batch, ModelInternals } from '../models/internals.ts';

/**
 * Takes the positions of this replica's samples (int32), what it asks of all replicas (see `control.ts`), and all of the
 * data. Gives the loss and the metrics over the whole batch, then what all replicas ask, summed.
 */
export type TrainStep = CompiledFunction<[rows: Tensor1D, control: Tensor1D, data: Batch], Tensor1D>;

/**
 * Makes the step of a replica.
 *
 * @param weight - The replica's share of the batch, from 0 to 1. A replica without samples still runs the step, on one
 *   that does not count, since every replica takes part in every collective.
 */
export function makeTrainStep(model: ModelInternals, strategy: Strategy, weight: number): TrainStep {
  const train = model.makeTrainFunction();
  return strategy.compileStep(
    (rows: Tensor1D, control: Tensor1D, data: Batch) => {
      const batch = data.map((tensor) => tensor && gather(tensor, rows));
      const statistics = model.nonTrainableWeights.map((each) => each.read());
      const { result: values, assigned } = recordAssigned(statistics, () => train(batch));
      const report = concat([mul(stack(values), weight), control]) as Tensor1D;
      // TF.js marks the metrics as kept.
      dispose(values);
      return combine(report, assigned, weight);
    },
    { lossScale: strategy.numReplicas * weight, name: 'train_step' },
  );
}

/** The sum of all replicas' reports. The statistics that the step has moved become their mean on all replicas. */
function combine(report: Tensor1D, statistics: readonly Variable[], weight: number): Tensor1D {
  const context = replicaContext();
  if (context === undefined || context.numReplicas === 1) return report;
  const weighted = statistics.map((variable) => mul(variable, weight));
  const [total, ...means] = context.allReduce([report, ...weighted], 'sum');
  statistics.forEach((variable, index) => {
    variable.assign(means[index] as Tensor);
  });
  return total as Tensor1D;
}

/** Runs `fn`, and tells which of `variables` it assigns. */
function recordAssigned<T>(variables: readonly Variable[], fn: () => T): { result: T; assigned: Variable[] } {
  const assigned = new Set<Variable>();
  for (const variable of variables) {
    const assign = variable.assign.bind(variable);
    variable.assign = (value) => {
      assigned.add(variable);
      assign(value);
    };
  }
  try {
    return { result: fn(), assigned: [...assigned] };
  } finally {
    // The method of the class is in force again.
    for (const variable of variables) delete (variable as Partial<Variable>).assign;
  }
}
