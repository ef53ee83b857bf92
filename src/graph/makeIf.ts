/** Makes the two functions of a condition, and tells how an operation is made of them. */
import type { Attributes, TracingGraph, Value } from '../tensor/index.ts';
import { capturesOf, isStateful } from './branch.ts';

/** A branch: a graph that is traced, and what it gives. */
export interface Side {
  /** What people call it. */
  readonly name: string;
  readonly graph: TracingGraph;
  /** Of the same dtypes on both sides. */
  readonly results: readonly Value[];
}

export interface IfOperation {
  readonly op: 'If' | 'StatelessIf';
  /** What the operation takes after the arguments of the branches. */
  readonly captures: readonly Value[];
  readonly attributes: Attributes;
}

export function makeIf(sides: readonly [Side, Side]): IfOperation {
  const captures = capturesOf(sides);
  const op = isStateful(sides) ? 'If' : 'StatelessIf';
  const Tout = { types: sides[0].results.map(({ dtype }) => dtype) };
  const [whenTrue, whenFalse] = sides.map(({ name, graph, results }) => graph.finishInside(name, results, captures));
  return {
    op,
    captures,
    attributes: {
      then_branch: { func: whenTrue as string },
      else_branch: { func: whenFalse as string },
      Tout,
      _lower_using_switch_merge: true,
    },
  };
}
