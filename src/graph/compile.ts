/** `tf.function`: traces a TypeScript function once a signature into one TensorFlow function, and calls that. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { adopt, dataOf } from '../backend/index.ts';
import { currentDevice, eagerExecutor, executor, type TracedOperation, type Value } from '../tensor/index.ts';
import { flatten, type Flat } from './structure.ts';
import { trace, type Trace } from './trace.ts';
import { nestedCall } from './traceErrors.ts';
import { writeGraph } from './writeGraph.ts';

/** Options of `tf.function`. */
export interface FunctionOptions {
  /** Name in messages, profiles and graphs; the function's own name by default. */
  readonly name?: string;
  /**
   * Number of traces after which each further one is reported on standard error, with what differed. Default 5;
   * `Infinity` for never.
   */
  readonly warnAfterTraces?: number;
  /**
   * Whether TensorFlow's compiler XLA makes machine code of the whole function, for each signature. Default false. It
   * takes longer to start, can make long chains of small operations faster, and does not know every operation.
   */
  readonly jitCompile?: boolean;
}

/** A compiled function: takes what the original takes, and gives a promise of what it gives. */
export interface CompiledFunction<A extends readonly unknown[], R> {
  /**
   * Runs the compiled function on another thread; the event loop goes on meanwhile. The tensors that it returns are
   * the caller's to dispose. Calls run one after the other, in the order in which they were made.
   *
   * @throws UserError `TFD_TRACE_READ` where the function reads a value while it is traced, `TFD_TRACE_ASYNC` where it
   *   is asynchronous, `TFD_TRACE_VARIABLE` where it makes a variable, `TFD_TRACE_NESTED` at once where another
   *   function is being traced; `TFD_OP_…` where an operation fails, with the line that made it.
   */
  (...args: A): Promise<R>;
  /**
   * The same function, with calls that `signal` ends; both share their traces. A promise that is rejected is so with the
   * signal's reason: at once for a call that waits for others, which then never starts, and as soon as TensorFlow has
   * stopped for the one that runs, so that nothing of it happens afterwards. TensorFlow stops loops between two rounds,
   * and lets other operations run to their end; variables keep what was assigned until then. Where workers train
   * together, `fit` with a signal ends on all of them, and a call on one alone would leave the others waiting.
   */
  withSignal(signal: AbortSignal): CompiledFunction<A, R>;
  /** Runs the original function, now or as part of the compiled function that calls this. Options do not apply. */
  inline(...args: A): R;
  /**
   * The operations of the function for such arguments, in the order in which they were traced; a signature that is new
   * is traced for it.
   */
  inspect(...args: A): TracedOperation[];
  /**
   * Writes the graph of the function for such arguments as an event file: `tensorboard --logdir <folder>` shows it under
   * "Graphs", with one box for each line of the program. A signature that is new is traced for it.
   *
   * @param folder - Made where it is missing.
   * @throws EnvironmentError `TFD_GRAPH_WRITE` where it cannot be written to.
   */
  writeGraph(folder: string, ...args: A): Promise<void>;
  /** Number of signatures that the function has been traced for. */
  readonly numTraces: number;
  /** Gives back the compiled functions and what they captured, once calls that were made before are done. */
  dispose(): void;
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
  { name = fn.name, warnAfterTraces = 5, jitCompile = false }: FunctionOptions = {},
): CompiledFunction<A, R> {
  const label = name === '' ? 'anonymous' : name;
  const attributes = jitCompile ? { _XlaMustCompile: true } : {};
  const traces = new Map<string, Trace>();
  let last: Trace | undefined;

  const traceFor = (flat: Flat): Trace => {
    if (executor() !== eagerExecutor()) throw nestedCall(label);
    const device = currentDevice();
    const key = device === undefined ? flat.key : `${device} ${flat.key}`;
    let found = traces.get(key);
    if (found === undefined) {
      found = trace(label, fn, flat);
      traces.set(key, found);
      if (traces.size > warnAfterTraces && last !== undefined) warn(label, traces.size, last.signature, flat.key);
    }
    return (last = found);
  };
  const call = async (flat: Flat, signal: AbortSignal | undefined): Promise<R> => {
    signal?.throwIfAborted();
    const { compiled, rebuild } = traceFor(flat);
    const results = await compiled.call(flat.tensors.map(currentValue), attributes, signal);
    return rebuild(results.map(adopt)) as R;
  };

  const dispose = (): void => {
    for (const { compiled } of traces.values()) compiled.dispose();
    traces.clear();
    last = undefined;
  };
  const callable = (signal?: AbortSignal): CompiledFunction<A, R> => {
    const compiled = (...args: A): Promise<R> => {
      // Not as a rejected promise: nobody can await it in there.
      if (executor() !== eagerExecutor()) throw nestedCall(label);
      return call(flatten(args), signal);
    };
    return Object.defineProperties(compiled, {
      name: { value: label },
      inline: { value: fn },
      inspect: { value: (...args: A) => traceFor(flatten(args)).compiled.operations },
      writeGraph: {
        value: async (folder: string, ...args: A) => writeGraph(folder, traceFor(flatten(args)).compiled),
      },
      numTraces: { get: () => traces.size },
      withSignal: {
        value: (other: AbortSignal) => callable(signal === undefined ? other : AbortSignal.any([signal, other])),
      },
      dispose: { value: dispose },
    }) as CompiledFunction<A, R>;
  };
  return callable();
}

function currentValue(tensor: Tensor): Value {
  return dataOf(tensor.dataId).value(() => undefined);
}

function warn(name: string, numTraces: number, before: string, now: string): void {
  process.stderr.write(
    `tf.function "${name}" was traced for the ${numTraces}th time, which is slow. Each new shape, dtype or plain value ` +
      `among its arguments needs a trace.\n  Before: ${before}\n  Now:    ${now}\n` +
      '  What to do: pass tensors instead of changing numbers, and keep batches of one size (the last one too).\n',
  );
}
