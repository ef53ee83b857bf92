/** Makes the two functions of a loop, and tells how an operation is made of them. */
import type { Attributes, GraphTensor, TracingGraph, Value } from '../tensor/index.ts';
import { capturesOf, isStateful } from './branch.ts';

/** A loop whose graphs are traced: both take the state. */
export interface Loop {
  /** What people call it. */
  readonly name: string;
  readonly condition: { readonly graph: TracingGraph; readonly result: Value };
  readonly body: { readonly graph: TracingGraph; readonly results: readonly Value[] };
}

/** Runs the loop as an operation of `graph`, from the state `first` on; gives the last state, and what was captured. */
export type RunLoop = (graph: TracingGraph, first: readonly Value[]) => GraphTensor[];

export function makeWhile({ name, condition, body }: Loop): RunLoop {
  const parts = [condition, body];
  const captures = capturesOf(parts);
  const attributes: Attributes = {
    cond: { func: condition.graph.finishInside(`${name}_condition`, [condition.result], captures) },
    body: { func: body.graph.finishInside(`${name}_body`, [...body.results, ...captures], captures) },
    // Rounds with side effects must not overlap; ten at a time is TensorFlow's default.
    parallel_iterations: { int: parts.some(({ graph }) => graph.hasEffects) ? 1 : 10 },
    _lower_using_switch_merge: true,
  };
  const op = isStateful(parts) ? 'While' : 'StatelessWhile';
  return (graph, first) => graph.execute(op, [[...first, ...captures]], attributes);
}
