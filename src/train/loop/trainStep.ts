/** The compiled training step: rows of the data in, loss and metrics out; weights are updated in place. */
import {
  addN,
  concat,
  dispose,
  gather,
  mul,
  slice,
  stack,
  type Tensor,
  type Tensor1D,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { CompiledFunction } from '../../graph/index.ts';
import { replicaContext, type Share, type Strategy } from '../../strategy/index.ts';
import type { Batch, ModelInternals } from '../models/internals.ts';

/**
 * Takes the positions of this worker's samples (int32), what it asks of all workers (see `control.ts`), and all of the
 * data. Gives the loss and the metrics over the whole batch, then what all workers ask, summed.
 */
export type TrainStep = CompiledFunction<[rows: Tensor1D, control: Tensor1D, data: Batch], Tensor1D>;

/**
 * Makes the step of a worker, in which each of its replicas takes a share of its samples.
 *
 * @param weight - The worker's share of the batch, from 0 to 1. A worker without samples still runs the step, on one
 *   that does not count, since every worker takes part in every collective.
 */
export function makeTrainStep(model: ModelInternals, strategy: Strategy, weight: number): TrainStep {
  const train = model.makeTrainFunction();
  return strategy.compileStep(
    (rows: Tensor1D, control: Tensor1D, data: Batch) => {
      const shares = strategy.shares(rows.size);
      const batches = shares.map((share) => rowsOf(data, rows, share));
      const statistics = model.nonTrainableWeights.map((each) => each.read());
      const { result: reports, assigned } = recordAssigned(statistics, () =>
        strategy.onReplicas(shares, (share, index) => {
          const values = train(batches[index] as Batch);
          const report = mul(stack(values), weight * share.weight);
          // TF.js marks the metrics as kept.
          dispose(values);
          return report;
        }),
      );
      return combine(concat([addN(reports), control]) as Tensor1D, assigned, weight);
    },
    { lossScale: strategy.numWorkers * weight, name: 'train_step' },
  );
}

/** The rows of a batch that are a replica's. They are taken where the data is: nothing else goes to another device. */
export function rowsOf(data: Batch, rows: Tensor1D, share: Share): Batch {
  const own = share.weight === 1 ? rows : slice(rows, share.start, share.end - share.start);
  return data.map((tensor) => tensor && gather(tensor, own));
}

/** The sum of all workers' reports. The statistics that the step has moved become their mean on all workers. */
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
