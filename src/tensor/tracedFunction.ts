/** A function that TensorFlow has compiled from a traced graph: one native call runs all of it. */
import { check, library, status } from '../native/index.ts';
import { context } from './context.ts';
import { eagerExecutor } from './executor.ts';
import type { EagerTensor } from './value.ts';

let lastCall: Promise<unknown> = Promise.resolve();

export class TracedFunction {
  readonly name: string;
  readonly numOutputs: number;
  readonly #captures: readonly EagerTensor[];

  /** @param captures - Tensors from outside that the function uses; owned by it from now on. */
  constructor(name: string, captures: readonly EagerTensor[], numOutputs: number) {
    this.name = name;
    this.numOutputs = numOutputs;
    this.#captures = captures;
  }

  /**
   * Runs the function on another thread. Calls of all functions run one after the other, in the order in which they
   * were made, so that every worker reaches its collectives in the same order.
   */
  call(inputs: readonly EagerTensor[]): Promise<EagerTensor[]> {
    const result = eagerExecutor().executeAsync(this.name, [...inputs, ...this.#captures], this.numOutputs, lastCall);
    lastCall = result.catch(() => undefined);
    return result;
  }

  /** Removes the function, and lets go of what it captured. */
  dispose(): void {
    for (const capture of this.#captures) capture.dispose();
    library().TFE_ContextRemoveFunction(context(), this.name, status());
    check(`removing ${this.name}`);
  }
}
