/** Runs an operation, now or into a graph: whoever calls `execute` does not know which. */
import type { Attributes } from './attributes.ts';
import { EagerExecutor } from './eagerExecutor.ts';
import type { DTypeName } from './dtype.ts';
import type { HostArray } from './hostArray.ts';
import type { Input, Value } from './value.ts';

/** A way to run operations. */
export interface Executor {
  /**
   * Runs TensorFlow's operation `op`.
   *
   * @param inputs - In the order of the operation's definition; a list where it takes a list.
   * @param attributes - Those that do not follow from the inputs.
   * @returns All outputs. The caller owns those that are eager tensors.
   */
  execute(op: string, inputs: readonly Input[], attributes: Attributes): Value[];
  /** A tensor with the given values. The caller owns it where it is an eager tensor. */
  constant(values: HostArray, shape: readonly number[], dtype: DTypeName): Value;
}

const eager = new EagerExecutor();
let current: Executor = eager;

/** The executor in force: the eager one, or that of the graph being traced. */
export function executor(): Executor {
  return current;
}

/** The eager executor, for what must happen now even while tracing. */
export function eagerExecutor(): EagerExecutor {
  return eager;
}

/** Runs `fn` with `replacement` in force. */
export function withExecutor<T>(replacement: Executor, fn: () => T): T {
  const before = current;
  current = replacement;
  try {
    return fn();
  } finally {
    current = before;
  }
}
