/** What one call of an optimizer does, in Keras's order: accumulate, clip, decay, update, average. */
import { op, ops } from '../../backend/index.ts';
import { scalar } from '../../backend/kernel.ts';
import type { ResourceVariable, Value } from '../../tensor/index.ts';
import { accumulate, updateOnlyWhere } from './accumulateGradients.ts';
import { clipGradients } from './clipGradients.ts';
import { updateAverages } from './movingAverage.ts';
import type { OptimizerOptions } from './options.ts';
import { readVariable } from './readVariable.ts';
import type { Step } from './step.ts';

/** A variable that the optimizer trains, and what belongs to it. */
export interface Trained {
  readonly variable: ResourceVariable;
  /** The slots of the rule, in the order in which its kernel takes them. */
  readonly slots: readonly ResourceVariable[];
  readonly accumulator: ResourceVariable | undefined;
  readonly average: ResourceVariable | undefined;
  /** None leaves the variable as it is. */
  readonly gradient: Value | undefined;
}

/** @param update - The rule: updates one variable, given with its slots as resources, in place. */
export function applyStep(
  trained: readonly Trained[],
  step: Step,
  options: OptimizerOptions,
  update: (target: readonly Value[], gradient: Value) => void,
): void {
  const moved: { readonly target: readonly ResourceVariable[]; readonly gradient: Value }[] = [];
  for (const { variable, slots, accumulator, gradient } of trained) {
    const mean = accumulator === undefined ? gradient : accumulate(accumulator, gradient, step);
    if (gradient !== undefined && mean !== undefined) moved.push({ target: [variable, ...slots], gradient: mean });
  }
  const gradients = moved.map(({ gradient }) => gradient);
  const clipped = clipGradients(gradients, options);
  moved.forEach(({ target }, index) => {
    const move = (): void => {
      decay(target[0] as ResourceVariable, step, options.weightDecay ?? 0);
      const resources = target.map(({ resource }) => resource);
      update(resources, clipped[index] as Value);
    };
    if (step.numCalls === 1) move();
    else updateOnlyWhere(step.isComplete, target, move);
  });
  updateAverages(trained, step, options);
}

function decay(variable: ResourceVariable, step: Step, weightDecay: number): void {
  if (weightDecay === 0) return;
  const share = op('Mul', [step.learningRate, scalar(weightDecay)]);
  ops('AssignSubVariableOp', [variable.resource, op('Mul', [readVariable(variable), share])]);
}
