/** Traces a branch of a condition, or a part of a loop, as a graph inside the graph that is being traced. */
import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { scoped, toTensor, toValue } from '../backend/index.ts';
import { withExecutor, type GraphTensor, type TracingGraph, type Value } from '../tensor/index.ts';
import { flatten, variablesAsTensors, type Flat } from './structure.ts';

/** A graph that is traced and not yet a function. */
export interface Branch {
  readonly graph: TracingGraph;
  readonly results: readonly Value[];
  readonly structure: Flat;
}

/** Runs `fn` with symbols of `graph`, a part of another, in place of the tensors of `args`. */
export function traceBranch(graph: TracingGraph, fn: (...args: never[]) => unknown, args: Flat): Branch {
  engine().startScope('branch');
  try {
    return withExecutor(graph, () =>
      scoped(() => {
        const symbols = args.tensors.map(({ dtype, shape }) => toTensor(graph.argument(dtype, shape)));
        const structure = flatten(variablesAsTensors(fn(...(args.rebuild(symbols) as never[]))));
        return { graph, results: structure.tensors.map((tensor) => toValue(tensor)), structure };
      }),
    );
  } finally {
    engine().endScope();
  }
}

/** Whether a part of the program must run as often, and in such order, as the program says. */
export function hasEffects(branches: readonly Branch[]): boolean {
  return branches.some(({ graph }) => graph.hasEffects || graph.captures.some(({ dtype }) => dtype === 'resource'));
}

/** What the branches take from the graph around them, each value once. */
export function capturesOf(branches: readonly Branch[]): Value[] {
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
