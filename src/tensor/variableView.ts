/** What a part of a compiled function sees of variables, where that is not what they hold: see `withVariableView`. */
import type { ResourceVariable } from './resourceVariable.ts';
import type { GraphTensor, Value } from './value.ts';

export interface VariableView {
  /** What is seen in place of the variable's value; undefined for that value. */
  read(variable: ResourceVariable): GraphTensor | undefined;
  /** Takes the value, so that the variable keeps its own; false to let it be assigned. */
  assign(variable: ResourceVariable, value: Value): boolean;
}

let current: VariableView | undefined;

/** The view in force, if any. */
export function variableView(): VariableView | undefined {
  return current;
}

/**
 * Runs `fn` with `view` in force, or with none. Reads and assignments go through it; what optimizers and random
 * generators do to the resource itself does not.
 */
export function withVariableView<T>(view: VariableView | undefined, fn: () => T): T {
  const before = current;
  current = view;
  try {
    return fn();
  } finally {
    current = before;
  }
}
