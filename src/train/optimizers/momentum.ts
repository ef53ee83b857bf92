/** TF.js's own form of momentum: it keeps the sum of gradients, and `SGD` the sum of steps. */
import { ops } from '../../backend/index.ts';
import { scalar } from '../../backend/kernel.ts';
import type { Value } from '../../tensor/index.ts';
import { FusedOptimizer } from './fusedOptimizer.ts';
import type { OptimizerOptions, Settings } from './options.ts';
import type { Step } from './step.ts';

/** What `Momentum` has beside the options of every optimizer. */
export interface MomentumSettings {
  /** Share of the sum of gradients that the next step keeps, from 0 to 1. Default 0.9. */
  readonly momentum: number;
  /** Whether to look ahead along the momentum. Default false. */
  readonly useNesterov: boolean;
}

export type MomentumOptions = OptimizerOptions & Partial<MomentumSettings>;

/**
 * As TF.js's `tf.train.momentum`, for its saved models. It takes the steps of `SGD` with momentum as long as the
 * learning rate stays the same; where it changes, this one applies the new rate to the whole sum at once.
 */
export class Momentum extends FusedOptimizer<MomentumSettings> {
  static readonly className: string = 'Momentum';
  static readonly defaults: Settings<MomentumSettings> = { learningRate: 0.01, momentum: 0.9, useNesterov: false };

  /** TF.js's name for setting `learningRate`. */
  setLearningRate(learningRate: number): void {
    this.learningRate = learningRate;
  }

  protected override slots(): Readonly<Record<string, number>> {
    return { momentum: 0 };
  }

  protected override update(target: readonly Value[], gradient: Value, step: Step): void {
    const { momentum, useNesterov } = this.settings;
    const inputs = [...target, step.learningRate, gradient, scalar(momentum)];
    ops('ResourceApplyMomentum', inputs, { use_nesterov: useNesterov });
  }
}
