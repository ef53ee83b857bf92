/** Traces a function once, for one signature of its arguments. */
import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { scoped, toTensor, toValue } from '../backend/index.ts';
import { TracingGraph, withExecutor, type TracedFunction } from '../tensor/index.ts';
import { flatten, variablesAsTensors, type Flat } from './structure.ts';
import { asynchronous } from './traceErrors.ts';

/** One compiled form of the function, for one signature. */
export interface Trace {
  readonly compiled: TracedFunction;
  readonly signature: string;
  /** Puts the result together from the tensors that a call gives. */
  readonly rebuild: (tensors: readonly Tensor[]) => unknown;
}

/** Runs `fn` with symbols in place of the tensors of `args`, and makes a TensorFlow function of what it does. */
export function trace<A extends readonly unknown[]>(name: string, fn: (...args: A) => unknown, args: Flat): Trace {
  const graph = new TracingGraph();
  engine().startScope(name);
  try {
    return withExecutor(graph, () =>
      scoped(() => {
        const symbols = args.tensors.map(({ dtype, shape }) => toTensor(graph.argument(dtype, shape)));
        const result: unknown = fn(...(args.rebuild(symbols) as A));
        if (result instanceof Promise) throw asynchronous(name, result);
        const { tensors, rebuild } = flatten(variablesAsTensors(result));
        const compiled = graph.finish(
          name,
          tensors.map((tensor) => toValue(tensor)),
        );
        return { compiled, signature: args.key, rebuild };
      }),
    );
  } catch (error) {
    graph.discard();
    throw error;
  } finally {
    engine().endScope();
  }
}
