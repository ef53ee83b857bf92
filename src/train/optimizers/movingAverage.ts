/** The exponential moving average of weights (Polyak averaging), as Keras's optimizers keep it. */
import { op, ops } from '../../backend/index.ts';
import { scalar } from '../../backend/kernel.ts';
import type { ResourceVariable } from '../../tensor/index.ts';
import type { OptimizerOptions } from './options.ts';
import { readVariable } from './readVariable.ts';
import type { Step } from './step.ts';

/** A weight, and its average where it has one. */
export interface Averaged {
  readonly variable: ResourceVariable;
  readonly average: ResourceVariable | undefined;
}

/** Moves each average towards its weight, and where it is time for that, the weight becomes its average. */
export function updateAverages(weights: readonly Averaged[], step: Step, options: OptimizerOptions): void {
  const { useEma = false, emaMomentum = 0.99, emaOverwriteFrequency } = options;
  if (!useEma) return;
  const isFirst = op('Equal', [step.numTaken, scalar(0, 'int64')]);
  const momentum = op('SelectV2', [isFirst, scalar(0), scalar(emaMomentum)]);
  const rest = op('Sub', [scalar(1), momentum]);
  const isTime = emaOverwriteFrequency === undefined ? undefined : step.isEach(emaOverwriteFrequency);
  for (const { variable, average } of weights) {
    if (average === undefined) continue;
    const value = readVariable(variable);
    const kept = op('Mul', [momentum, readVariable(average)]);
    const mean = op('AddV2', [kept, op('Mul', [rest, value])]);
    ops('AssignVariableOp', [average.resource, mean]);
    if (isTime !== undefined) ops('AssignVariableOp', [variable.resource, op('SelectV2', [isTime, mean, value])]);
  }
}

/** Each weight becomes its average. */
export function assignAverages(weights: readonly Averaged[]): void {
  for (const { variable, average } of weights) {
    if (average !== undefined) ops('AssignVariableOp', [variable.resource, readVariable(average)]);
  }
}
