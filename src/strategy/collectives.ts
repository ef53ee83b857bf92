/** `strategy.collectives`: operations that all workers take part in, for steps and layers of one's own. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { UserError } from '../base/errors.ts';
import type { Communicator, Reduction } from '../collectives/index.ts';
import { eagerExecutor, executor } from '../tensor/index.ts';
import { checkParts, checkReduction, checkRoot, checkSizes } from './collectiveChecks.ts';
import { collective, withoutGradient } from './collectiveKernel.ts';
import { EagerCollectives } from './eagerCollectives.ts';

/** Options of `allGather`. */
export interface AllGatherOptions {
  /** The first dimension of each rank's tensor, in the order of the ranks, where they differ; default: all as here. */
  readonly sizes?: readonly number[];
}

/**
 * Collectives among the workers, inside a function that `tf.function` or `strategy.run` compiles; `eager` has the same
 * ones for outside. All workers must call the same ones in the same order, with tensors of the same shapes and dtypes:
 * float32, float64, float16, bfloat16, int32, int64 and bool.
 *
 * They have gradients, for which all workers must compute the gradient: that of the sum of the losses of all workers.
 *
 * Where workers disagree about the operation, the shape or the dtype, the call fails on all of them with a UserError
 * `TFD_RANKS_DISAGREE`; over the ring only some may be told, and the others wait. Where a worker is lost, it is a PeerError.
 */
export class Collectives {
  /** The same outside of compiled functions: every method gives a promise, and the event loop goes on meanwhile. */
  readonly eager: EagerCollectives;
  readonly #communicator: () => Communicator;

  /** @param start - Joins the other workers, so that `communicator` can be called. */
  constructor(communicator: () => Communicator, start: () => Promise<void>) {
    this.#communicator = communicator;
    this.eager = new EagerCollectives(this, start);
  }

  /** Number of this worker among all, from 0. */
  get rank(): number {
    return this.#communicator().rank;
  }

  /** Number of workers. */
  get size(): number {
    return this.#communicator().size;
  }

  /**
   * The sum, mean, minimum, maximum or product over all workers, on every worker. A mean of whole numbers rounds
   * towards zero. Of truth values, `min` says whether all are true, `max` whether one is. The gradient, of sum and mean
   * only, is the same of the gradient.
   */
  allReduce<T extends Tensor>(value: T, reduction: Reduction): T {
    const communicator = this.#traced();
    checkReduction(value, reduction);
    return collective(value, {
      forward: (input) => communicator.allReduce([input], reduction)[0],
      gradient: (dy) => {
        if (reduction !== 'sum' && reduction !== 'mean') throw withoutGradient(`all-reduce by ${reduction}`);
        return this.allReduce(dy, reduction);
      },
    });
  }

  /**
   * The tensors of all workers, one after the other along the first dimension, on every worker: `[rows, ...rest]`
   * becomes `[sum of all rows, ...rest]`. The gradient is the reduce-scatter of the gradient's sum.
   */
  allGather<T extends Tensor>(value: T, { sizes }: AllGatherOptions = {}): T {
    const communicator = this.#traced();
    const { rank, size } = communicator;
    const [rows = 0, ...rest] = checkSizes(value, sizes, rank, size);
    const begin = sizes?.slice(0, rank).reduce((sum, dim) => sum + dim, 0) ?? rank * rows;
    const total = sizes?.reduce((sum, dim) => sum + dim, 0) ?? size * rows;
    return collective(value, {
      forward: (input) => communicator.allGather(input, sizes),
      shape: [total, ...rest],
      gradient: (dy) =>
        sizes === undefined ? this.reduceScatter(dy, 'sum') : this.allReduce(dy, 'sum').slice(begin, rows),
    });
  }

  /**
   * This worker's part, along the first dimension, of the reduction over all workers: `[rows, ...rest]` becomes
   * `[rows / size, ...rest]`. The gradient, of sum and mean only, is the all-gather of the gradient.
   */
  reduceScatter<T extends Tensor>(value: T, reduction: Reduction): T {
    const communicator = this.#traced();
    const { size } = communicator;
    const [rows = 0, ...rest] = checkParts('reduce-scatter', value, size);
    checkReduction(value, reduction);
    return collective(value, {
      forward: (input) => communicator.reduceScatter(input, reduction),
      shape: [rows / size, ...rest],
      gradient: (dy) => {
        if (reduction === 'sum') return this.allGather(dy);
        if (reduction === 'mean') return this.allGather(dy).div(size);
        throw withoutGradient(`reduce-scatter by ${reduction}`);
      },
    });
  }

  /** The tensor of worker `root`, on every worker. The gradient is the sum of the gradients on `root`, elsewhere 0. */
  broadcast<T extends Tensor>(value: T, root = 0): T {
    const communicator = this.#traced();
    checkRoot(root, communicator.size);
    return collective(value, {
      forward: (input) => communicator.broadcast([input], root)[0],
      gradient: (dy) => {
        const sum = this.allReduce(dy, 'sum');
        return communicator.rank === root ? sum : sum.zerosLike();
      },
    });
  }

  /**
   * Sends part r of the tensor, along the first dimension, to worker r; part r of the result came from worker r. The
   * first dimension must be a multiple of `size`. The gradient is the all-to-all of the gradient.
   */
  allToAll<T extends Tensor>(value: T): T {
    const communicator = this.#traced();
    const shape = checkParts('all-to-all', value, communicator.size);
    return collective(value, {
      forward: (input) => communicator.allToAll(input),
      shape,
      gradient: (dy) => this.allToAll(dy),
    });
  }

  /** Lets no worker's later collectives run before all workers have come here. */
  barrier(): void {
    this.#traced().barrier();
  }

  #traced(): Communicator {
    if (executor() !== eagerExecutor()) return this.#communicator();
    throw new UserError({
      code: 'TFD_COLLECTIVE_EAGER',
      rule: 'The methods of strategy.collectives are for compiled functions.',
      received: 'a call outside of one, where it would block the event loop until all workers have come',
      remedy: 'Use the method of the same name of `strategy.collectives.eager`, which gives a promise.',
    });
  }
}
