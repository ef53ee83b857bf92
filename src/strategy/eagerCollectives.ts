/** `strategy.collectives.eager`: each call is a compiled function of one collective, so that the event loop goes on. */
import { scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { Reduction } from '../collectives/index.ts';
import { compile, type CompiledFunction } from '../graph/index.ts';
import type { AllGatherOptions, Collectives } from './collectives.ts';

type Method = 'allReduce' | 'allGather' | 'reduceScatter' | 'broadcast' | 'allToAll' | 'barrier';

/**
 * The methods of `strategy.collectives` for outside of compiled functions. Calls run one after the other, in the order in
 * which they were made; the tensors that they give are the caller's to dispose. They have no gradients.
 */
export class EagerCollectives {
  readonly #start: () => Promise<void>;
  /** One compiled function for all: it is traced once for each method, shape, dtype and further argument. */
  readonly #step: CompiledFunction<[method: Method, value: Tensor, argument: unknown], Tensor>;

  constructor(collectives: Collectives, start: () => Promise<void>) {
    this.#start = start;
    const methods: Record<Method, (value: Tensor, argument: unknown) => Tensor> = {
      allReduce: (value, reduction) => collectives.allReduce(value, reduction as Reduction),
      allGather: (value, options) => collectives.allGather(value, options as AllGatherOptions),
      reduceScatter: (value, reduction) => collectives.reduceScatter(value, reduction as Reduction),
      broadcast: (value, root) => collectives.broadcast(value, root as number),
      allToAll: (value) => collectives.allToAll(value),
      barrier: (value) => {
        collectives.barrier();
        return value;
      },
    };
    this.#step = compile((method: Method, value: Tensor, argument: unknown) => methods[method](value, argument), {
      name: 'collective',
      warnAfterTraces: Infinity,
    });
  }

  async allReduce<T extends Tensor>(value: T, reduction: Reduction): Promise<T> {
    return this.#run('allReduce', value, reduction);
  }

  async allGather<T extends Tensor>(value: T, options: AllGatherOptions = {}): Promise<T> {
    return this.#run('allGather', value, options);
  }

  async reduceScatter<T extends Tensor>(value: T, reduction: Reduction): Promise<T> {
    return this.#run('reduceScatter', value, reduction);
  }

  async broadcast<T extends Tensor>(value: T, root = 0): Promise<T> {
    return this.#run('broadcast', value, root);
  }

  async allToAll<T extends Tensor>(value: T): Promise<T> {
    return this.#run('allToAll', value);
  }

  async barrier(): Promise<void> {
    const token = scalar(0);
    const passed = await this.#run('barrier', token);
    passed.dispose();
    token.dispose();
  }

  /** Gives the compiled functions back. */
  dispose(): void {
    this.#step.dispose();
  }

  async #run<T extends Tensor>(method: Method, value: T, argument?: unknown): Promise<T> {
    await this.#start();
    return (await this.#step(method, value, argument)) as T;
  }
}
