/** Traces a branch of a condition, or a part of a loop, as a graph inside the graph that is being traced. */
import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { InternalError } from '../base/errors.ts';
import { scoped, toTensor, toValue } from '../backend/index.ts';
import { executor, TracingGraph, withExecutor, type GraphTensor, type Value } from '../tensor/index.ts';
import { flatten, variablesAsTensors, type Flat } from './structure.ts';
import { now, recordApart, usedFromOutside, type Tape } from './tape.ts';

/** A graph that is traced and not yet a function. */
export interface Branch {
  readonly graph: TracingGraph;
  /** What stands for the tensors of the arguments. */
  readonly symbols: readonly Tensor[];
  readonly results: readonly Value[];
  readonly structure: Flat;
  /** What a gradient needs; empty where none is asked for. */
  readonly tape: Tape;
  /** Tensors from outside that `tape` or the results use. */
  readonly used: readonly Tensor[];
}

/**
 * Runs `fn` with symbols of `graph`, a part of another, in place of the tensors of `args`.
 *
 * @param active - Ids of the tensors that a gradient may be asked for; undefined where it is not.
 */
export function traceBranch(
  graph: TracingGraph,
  fn: (...args: never[]) => unknown,
  args: Flat,
  active?: ReadonlySet<number>,
): Branch {
  return inGraph(graph, () => {
    const start = now();
    const symbols = args.tensors.map(({ dtype, shape }) => toTensor(graph.argument(dtype, shape)));
    const from = active && new Set([...active, ...symbols.map(({ id }) => id)]);
    const { result: structure, tape } = recordApart(from, () =>
      flatten(variablesAsTensors(fn(...(args.rebuild(symbols) as never[])))),
    );
    const results = structure.tensors.map((tensor) => graph.inside(toValue(tensor)));
    return { graph, symbols, results, structure, tape, used: usedFromOutside(tape, structure.tensors, start) };
  });
}

/** Runs `fn` into `graph`; TF.js's tensors that it makes are given back. */
export function inGraph<T>(graph: TracingGraph, fn: () => T): T {
  engine().startScope('branch');
  try {
    return withExecutor(graph, () => scoped(fn));
  } finally {
    engine().endScope();
  }
}

/** Whether gradients go through tensors of this dtype: through whole numbers and truth values they do not. */
export function isDifferentiable({ dtype }: { readonly dtype: string }): boolean {
  return /^(b?float|complex)/.test(dtype);
}

/** The graph that is being traced: gradients of traced operations are traced too. */
export function graphInForce(): TracingGraph {
  const graph = executor();
  if (graph instanceof TracingGraph) return graph;
  throw new InternalError('The gradient of a traced operation is computed outside of its function.');
}

/** Whether what the parts compute depends on more than their inputs, or changes more than their results. */
export function isStateful(branches: readonly Pick<Branch, 'graph'>[]): boolean {
  return branches.some(({ graph }) => graph.hasEffects || graph.captures.some(({ dtype }) => dtype === 'resource'));
}

/** What the branches take from the graph around them, each value once. */
export function capturesOf(branches: readonly Pick<Branch, 'graph'>[]): Value[] {
  return [...new Set(branches.flatMap(({ graph }) => graph.captures))];
}

/** TF.js's tensors of the outputs of control flow, whose shapes TensorFlow does not infer. */
export function withShapes(graph: TracingGraph, outputs: readonly Value[], like: readonly Tensor[]): Tensor[] {
  return like.map(({ shape }, index) => toTensor(graph.withShape(outputs[index] as GraphTensor, shape)));
}

/** The scalar by which a branch is chosen: zero is false. @throws Error where there is more than one element. */
export function isTrue(predicate: Tensor): Tensor {
  return predicate.cast('bool').asScalar();
}
