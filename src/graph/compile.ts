/** `tf.function`: traces a TypeScript function once a signature into one TensorFlow function, and calls that. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { engine, Variable } from '@tensorflow/tfjs-core';
import { InternalError, UserError } from '../base/errors.ts';
import { adopt, dataOf, scoped, toTensor, toValue } from '../backend/index.ts';
import {
  eagerExecutor,
  EagerTensor,
  executor,
  TracingGraph,
  withExecutor,
  type TracedFunction,
} from '../tensor/index.ts';
import { flatten, type Flat } from './structure.ts';

/** Options of `tf.function`. */
export interface FunctionOptions {
  /** Name in messages, profiles and graphs; the function's own name by default. */
  readonly name?: string;
  /**
   * Number of traces after which each further one is reported on standard error, with what differed. Default 5;
   * `Infinity` for never.
   */
  readonly warnAfterTraces?: number;
}

/** A compiled function: takes what the original takes, and gives a promise of what it gives. */
export interface CompiledFunction<A extends readonly unknown[], R> {
  /**
   * Runs the compiled function on another thread; the event loop goes on meanwhile. The tensors that it returns are
   * the caller's to dispose. Calls run one after the other, in the order in which they were made.
   *
   * @throws UserError `TFD_TRACE_READ` where the function reads a value while it is traced, `TFD_TRACE_ASYNC` where it
   *   is asynchronous, `TFD_TRACE_VARIABLE` where it makes a variable; `TFD_OP_…` where an operation fails.
   */
  (...args: A): Promise<R>;
  /** Number of signatures that the function has been traced for. */
  readonly numTraces: number;
  /** Gives back the compiled functions and what they captured. */
  dispose(): void;
}

/** One compiled form of the function, for one signature. */
interface Trace {
  readonly compiled: TracedFunction;
  readonly signature: string;
  /** Puts the result together from the tensors that a call gives. */
  readonly result: Flat;
}

/**
 * Compiles `fn`: gradients, optimizer updates, variables and collectives inside become one TensorFlow function, which is
 * traced once for each signature (shapes and dtypes of the tensors, values of everything else among the arguments).
 *
 * As `tf.function` in TensorFlow 2 (Agrawal et al., "TensorFlow Eager: A Multi-Stage, Python-Embedded DSL for Machine
 * Learning", 2019).
 *
 * @param fn - Tensors, or arrays and plain objects of them, in and out. It must not be asynchronous, nor read values.
 */
export function compile<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  { name = fn.name, warnAfterTraces = 5 }: FunctionOptions = {},
): CompiledFunction<A, R> {
  const label = name === '' ? 'anonymous' : name;
  const traces = new Map<string, Trace>();
  let last: Trace | undefined;

  const call = async (...args: A): Promise<R> => {
    if (executor() !== eagerExecutor()) throw nestedCall(label);
    const flat = flatten(args);
    let found = traces.get(flat.key);
    if (found === undefined) {
      found = trace(label, fn, flat);
      traces.set(flat.key, found);
      if (traces.size > warnAfterTraces && last !== undefined) warn(label, traces.size, last.signature, flat.key);
    }
    last = found;
    const pending = found.compiled.call(flat.tensors.map(eagerValue));
    return found.result.rebuild((await pending).map(adopt)) as R;
  };

  return Object.defineProperties(call, {
    name: { value: label },
    numTraces: { get: () => traces.size },
    dispose: {
      value: () => {
        for (const { compiled } of traces.values()) compiled.dispose();
        traces.clear();
        last = undefined;
      },
    },
  }) as CompiledFunction<A, R>;
}

function trace<A extends readonly unknown[]>(name: string, fn: (...args: A) => unknown, args: Flat): Trace {
  const graph = new TracingGraph();
  engine().startScope(name);
  try {
    return withExecutor(graph, () =>
      scoped(() => {
        const symbols = args.tensors.map(({ dtype, shape }) => {
          const argument = graph.argument(dtype, shape);
          return toTensor(argument);
        });
        const result: unknown = fn(...(args.rebuild(symbols) as A));
        if (result instanceof Promise) throw asynchronous(name, result);
        const flat = flatten(variablesAsTensors(result));
        const compiled = graph.finish(
          name,
          flat.tensors.map((tensor) => toValue(tensor)),
        );
        return { compiled, signature: args.key, result: flat };
      }),
    );
  } catch (error) {
    graph.discard();
    throw error;
  } finally {
    engine().endScope();
  }
}

/** A variable that is returned stands for its value at that point. */
function variablesAsTensors(result: unknown): unknown {
  if (result instanceof Variable) return result.clone();
  if (Array.isArray(result)) return result.map(variablesAsTensors);
  return result;
}

function eagerValue(tensor: Tensor): EagerTensor {
  const value = dataOf(tensor.dataId).value(() => undefined);
  if (!(value instanceof EagerTensor)) throw new InternalError('An argument of a compiled function has no value.');
  return value;
}

function warn(name: string, numTraces: number, before: string, now: string): void {
  process.stderr.write(
    `tf.function "${name}" was traced for the ${numTraces}th time, which is slow. Each new shape, dtype or plain value ` +
      `among its arguments needs a trace.\n  Before: ${before}\n  Now:    ${now}\n` +
      '  What to do: pass tensors instead of changing numbers, and keep batches of one size (the last one too).\n',
  );
}

function asynchronous(name: string, result: Promise<unknown>): UserError {
  result.catch(() => undefined);
  return new UserError({
    code: 'TFD_TRACE_ASYNC',
    rule: 'A function that tf.function() compiles must not be asynchronous: it describes the computation, at once.',
    received: `"${name}", which returned a promise`,
    remedy: 'Remove `async` and `await` inside; await the call of the compiled function instead.',
  });
}

function nestedCall(name: string): UserError {
  return new UserError({
    code: 'TFD_TRACE_NESTED',
    rule: 'Inside a function that is being compiled, another compiled function cannot be awaited.',
    received: `a call of "${name}"`,
    remedy: 'Call the original function there: it becomes part of the one that is being compiled.',
  });
}
