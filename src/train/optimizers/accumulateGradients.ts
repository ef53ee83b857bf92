/** Gradient accumulation: several calls make up one step. What a call does is chosen by a value, not by a branch. */
import { op, ops } from '../../backend/index.ts';
import { scalar } from '../../backend/kernel.ts';
import type { ResourceVariable, Value } from '../../tensor/index.ts';

/**
 * Adds `gradient` to what earlier calls have left, and starts anew where the step is complete.
 *
 * @param isComplete - Whether this call completes the step: a scalar of bool.
 * @returns The mean of the gradients of `numCalls` calls; it means something only where the step is complete.
 */
export function accumulate(
  accumulator: ResourceVariable,
  gradient: Value | undefined,
  isComplete: Value,
  numCalls: number,
): Value {
  const earlier = read(accumulator);
  const sum = gradient === undefined ? earlier : op('AddV2', [gradient, earlier]);
  ops('AssignVariableOp', [accumulator.resource, op('SelectV2', [isComplete, op('ZerosLike', [sum]), sum])]);
  return op('RealDiv', [sum, scalar(numCalls)]);
}

/**
 * Runs `update`, and takes back what it did to `variables` unless `condition` holds.
 *
 * The fused kernels update in place, and have no condition. So this costs each variable two more passes over its memory;
 * in return the same code runs eagerly and compiled, on every worker alike.
 */
export function updateOnlyWhere(condition: Value, variables: readonly ResourceVariable[], update: () => void): void {
  const before = variables.map(read);
  update();
  variables.forEach((variable, index) => {
    const chosen = op('SelectV2', [condition, read(variable), before[index] as Value]);
    ops('AssignVariableOp', [variable.resource, chosen]);
  });
}

function read({ resource, dtype }: ResourceVariable): Value {
  return op('ReadVariableOp', [resource], { dtype: { type: dtype } });
}
