/** A function that TensorFlow has compiled from a traced graph: one native call runs all of it. */
import type { Attributes } from './attributes.ts';
import { eagerExecutor } from './executor.ts';
import { removeFunctions } from './functions.ts';
import type { OperationLog, TracedOperation } from './operationLog.ts';
import type { EagerTensor, Value } from './value.ts';

/** TensorFlow optimizes the graph of a function only where its call has this attribute, even if it is empty. */
const optimized: Attributes = { config_proto: '' };

/** What the functions consist of that are not disposed, by their names. */
const functionLogs = new Map<string, OperationLog>();

/** The line of the program that made the operation `node` of the function `name`, where both are known. */
export function lineOfOperation(name: string, node: string): string | undefined {
  return functionLogs.get(name)?.lineOf(node);
}

let lastCall: Promise<unknown> = Promise.resolve();

/** What a traced function is made of. */
export interface TracedParts {
  readonly name: string;
  /** Tensors from outside that the function uses; owned by it from now on. */
  readonly captures: readonly EagerTensor[];
  readonly numOutputs: number;
  readonly log: OperationLog;
  /** Names of the functions that its control flow calls; owned by it from now on. */
  readonly nested: readonly string[];
}

export class TracedFunction {
  readonly name: string;
  readonly #parts: TracedParts;
  #lastCall: Promise<unknown> = Promise.resolve();

  constructor(parts: TracedParts) {
    this.name = parts.name;
    this.#parts = parts;
    functionLogs.set(parts.name, parts.log);
  }

  /** Everything that the function does, in the order in which it was traced. */
  get operations(): TracedOperation[] {
    return this.#parts.log.list();
  }

  /**
   * Runs the function on another thread. Calls of all functions run one after the other, in the order in which they
   * were made, so that every worker reaches its collectives in the same order.
   *
   * @param attributes - Attributes of the call, for example `_XlaMustCompile`.
   * @throws The reason of `signal`, when it is aborted before the call has ended.
   */
  call(inputs: readonly Value[], attributes: Attributes = {}, signal?: AbortSignal): Promise<EagerTensor[]> {
    const { name, captures, numOutputs, log } = this.#parts;
    const before = lastCall;
    const result = eagerExecutor()
      .executeAsync(name, [...inputs, ...captures], numOutputs, before, { ...optimized, ...attributes }, signal)
      .catch((error: unknown) => {
        throw log.locate(error);
      });
    // A call that is aborted while it waits ends before those that it has waited for.
    this.#lastCall = lastCall = Promise.allSettled(signal === undefined ? [result] : [before, result]);
    return result;
  }

  /** Lets go of what the function captured, and removes it once its last call is done. */
  dispose(): void {
    for (const capture of this.#parts.captures) capture.dispose();
    functionLogs.delete(this.name);
    void this.#lastCall.then(() => {
      removeFunctions([this.name, ...this.#parts.nested]);
    });
  }
}
