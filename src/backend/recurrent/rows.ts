/** How the batch of a recurrence is taken apart into groups of rows, at each of its steps. */
import type { Value } from '../../tensor/index.ts';
import { ints, op, ops, scalar, shapeOf } from '../kernel.ts';

/** Into how many groups, and their size. */
export interface Rows {
  readonly groups: number;
  readonly perGroup: number;
}

/** Where the rows of a group at a step are in the lists of `apart`. */
export const at = (rows: Rows, step: number, group: number): number => step * rows.groups + group;

/** Takes `[n, batch, width]` apart into the matrices of each group at each of the n. They share its memory. */
export function apart(rows: Rows, value: Value): Value[] {
  const [count = 0, , width = 0] = shapeOf(value);
  return ops('Unpack', [op('Reshape', [value, ints([-1, rows.perGroup, width])])], {
    num: { int: count * rows.groups },
    axis: { int: 0 },
  });
}

/** Takes `[batch, width]` apart into the matrices of the groups. */
export function groupsOf({ groups }: Rows, value: Value): Value[] {
  return groups === 1 ? [value] : ops('Split', [scalar(0, 'int32'), value], { num_split: { int: groups } });
}

/** Takes a mask `[batch, time, 1]` apart as `apart` does. TensorFlow's transposition of bool is slow, and warns of it. */
export function masksOf(rows: Rows, mask: Value): Value[] {
  const [, numSteps = 0] = shapeOf(mask);
  const steps = ops('Unpack', [mask], { num: { int: numSteps }, axis: { int: 1 } });
  return steps.flatMap((step) => groupsOf(rows, step));
}

/** One matrix of the rows of all. */
export function together(values: readonly Value[]): Value {
  return values.length === 1 ? (values[0] as Value) : op('ConcatV2', [values, scalar(0, 'int32')]);
}
