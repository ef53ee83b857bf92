/** Gradient accumulation: several calls make up one step. What a call does is chosen by a value, not by a branch. */
import { op, ops } from '../../backend/index.ts';
import { scalar } from '../../backend/kernel.ts';
import type { ResourceVariable, Value } from '../../tensor/index.ts';
import { readVariable } from './readVariable.ts';
import type { Step } from './step.ts';

/**
 * Adds `gradient` to what earlier calls have left, and starts anew where this call completes the step.
 *
 * @returns The mean of the gradients of all calls of the step; it means something only where the step is complete.
 */
export function accumulate(accumulator: ResourceVariable, gradient: Value | undefined, step: Step): Value {
  const earlier = readVariable(accumulator);
  const sum = gradient === undefined ? earlier : op('AddV2', [gradient, earlier]);
  ops('AssignVariableOp', [accumulator.resource, op('SelectV2', [step.isComplete, op('ZerosLike', [sum]), sum])]);
  return op('RealDiv', [sum, scalar(step.numCalls)]);
}

/**
 * Runs `update`, and takes back what it did to `variables` unless `condition` holds.
 *
 * The fused kernels update in place, and have no condition. So this costs each variable two more passes over its memory;
 * in return the same code runs eagerly and compiled, on every worker alike.
 */
export function updateOnlyWhere(condition: Value, variables: readonly ResourceVariable[], update: () => void): void {
  const before = variables.map(readVariable);
  update();
  variables.forEach((variable, index) => {
    const chosen = op('SelectV2', [condition, readVariable(variable), before[index] as Value]);
    ops('AssignVariableOp', [variable.resource, chosen]);
  });
}
