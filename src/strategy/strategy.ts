/** How training is spread over devices and machines: what every strategy offers, as `tf.distribute.Strategy`. */
import { type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { setReplicaSeedOffset } from '../backend/frontend/index.ts';
import { onVariableMade } from '../backend/index.ts';
import { compile, type CompiledFunction } from '../graph/index.ts';
import type { PerReplica } from './perReplica.ts';
import { inReplica, type ReduceOp, type ReplicaContext } from './replica.ts';
import { shareOf, type Share } from './share.ts';

/** Options of `Strategy.compileStep`. */
export interface StepOptions {
  /** See `ReplicaContext.lossScale`; default 1. */
  readonly lossScale?: number;
  /** Name in messages and profiles. */
  readonly name?: string;
}

let current: Strategy | undefined;

/** The strategy whose `scope` is in force, or undefined. */
export function currentStrategy(): Strategy | undefined {
  return current;
}

export abstract class Strategy {
  /** Number of this process among all that train together, from 0. Rank 0 is the chief: it reports and saves. */
  abstract readonly rank: number;
  /** Number of replicas of the model, each with its share of every batch. */
  abstract readonly numReplicas: number;

  /** Number of processes that train together. Each takes a share of every batch, for one replica or several. */
  get numWorkers(): number {
    return this.numReplicas;
  }

  readonly #steps = new WeakMap<object, CompiledFunction<never, unknown>>();
  /** Variables made in the scope whose values the other replicas do not have yet. */
  #newVariables: Variable[] = [];

  get isChief(): boolean {
    return this.rank === 0;
  }

  /** Runs `fn`, so that the models and variables made in it are this strategy's: every replica starts from the chief's values. */
  scope<T>(fn: () => T): T {
    const before = current;
    setCurrent(this);
    const stop = onVariableMade((variable) => this.#newVariables.push(variable));
    try {
      return fn();
    } finally {
      stop();
      setCurrent(before);
    }
  }

  /**
   * Runs `fn` as a step of every replica: compiled, with the optimizers in it applying the mean of all gradients.
   *
   * @param fn - The same function for each call: it is compiled once for each signature of `args`.
   * @returns This replica's result, or the results of all replicas of this process; `reduce` makes one of all.
   */
  abstract run<A extends readonly unknown[], R>(fn: (...args: A) => R, args: A): Promise<R | PerReplica<R>>;

  /**
   * As `run`, for a caller that keeps the compiled step and calls `prepare` itself. It is the step of the whole process,
   * where several replicas are in it: `onReplicas` makes the part of each.
   */
  compileStep<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    { lossScale = 1, name = fn.name }: StepOptions = {},
  ): CompiledFunction<A, R> {
    return compile(
      (...args: A) => {
        const context = this.replicaContext(lossScale);
        // Each replica draws random numbers of its own, for example in dropout.
        const before = setReplicaSeedOffset(context.replicaId);
        try {
          return inReplica(context, () => fn(...args));
        } finally {
          setReplicaSeedOffset(before);
        }
      },
      { name },
    );
  }

  /** How the replicas of this process share `numRows` samples, 1 or more: each share has some. */
  shares(numRows: number): Share[] {
    return [shareOf(numRows, 1, 0)];
  }

  /**
   * Runs `fn` for each share on a replica of its own, inside a step that is being traced.
   *
   * @param shares - Those that `shares` gave.
   * @returns The results, in order.
   */
  onReplicas<T>(shares: readonly Share[], fn: (share: Share, index: number) => T): T[] {
    return shares.map(fn);
  }

  /** Joins the other replicas, and gives them the values of new variables. Called before a step; cheap when done. */
  async prepare(): Promise<void> {
    await this.start();
    const variables = this.#newVariables.filter((variable) => !variable.isDisposed);
    this.#newVariables = [];
    if (variables.length > 0) await this.broadcast(variables);
  }

  /** The sum or mean of `value` over all replicas. */
  abstract reduce(op: ReduceOp, value: Tensor): Promise<Tensor>;

  /** Gives the chief's values of `variables` to all replicas. */
  abstract broadcast(variables: readonly Variable[]): Promise<void>;

  /** The chief's `text`, on every rank: for decisions that all must share, such as a random seed. */
  abstract shareText(text: string): Promise<string>;

  /** Joins the others. Further calls do nothing. */
  abstract start(): Promise<void>;

  /** Leaves the others. */
  abstract close(): Promise<void>;

  /** Runs the compiled step of `fn`, which `compileIt` makes at the first call. */
  protected async runStep<A extends readonly unknown[], R>(
    fn: object,
    compileIt: () => CompiledFunction<A, R>,
    args: A,
  ): Promise<R> {
    let step = this.#steps.get(fn) as CompiledFunction<A, R> | undefined;
    if (step === undefined) {
      step = compileIt();
      this.#steps.set(fn, step);
    }
    await this.prepare();
    return step(...args);
  }

  protected abstract replicaContext(lossScale: number): ReplicaContext;
}

function setCurrent(strategy: Strategy | undefined): void {
  current = strategy;
}
