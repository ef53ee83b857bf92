/** Stochastic gradient descent, with momentum where asked for. */
import { ops } from '../../backend/index.ts';
import { scalar } from '../../backend/kernel.ts';
import type { Value } from '../../tensor/index.ts';
import { FusedOptimizer } from './fusedOptimizer.ts';
import type { OptimizerOptions, Settings } from './options.ts';
import type { Step } from './step.ts';

/** What `SGD` has beside the options of every optimizer. */
export interface SGDSettings {
  /** Share of the last step that the next one keeps, from 0 to 1. Default 0. */
  readonly momentum: number;
  /** Whether to look ahead along the momentum (Nesterov, 1983). Default false. */
  readonly nesterov: boolean;
}

export type SGDOptions = OptimizerOptions & Partial<SGDSettings>;

/** As `keras.optimizers.SGD`. The learning rate is 0.01 by default. */
export class SGD extends FusedOptimizer<SGDSettings> {
  static readonly className: string = 'SGD';
  static readonly defaults: Settings<SGDSettings> = { learningRate: 0.01, momentum: 0, nesterov: false };

  /** TF.js's name for setting `learningRate`. */
  setLearningRate(learningRate: number): void {
    this.learningRate = learningRate;
  }

  protected override slots(): Readonly<Record<string, number>> {
    return this.settings.momentum > 0 ? { momentum: 0 } : {};
  }

  protected override update(target: readonly Value[], gradient: Value, step: Step): void {
    const { momentum, nesterov } = this.settings;
    if (momentum > 0) {
      const inputs = [...target, step.learningRate, gradient, scalar(momentum)];
      ops('ResourceApplyKerasMomentum', inputs, { use_nesterov: nesterov });
    } else {
      ops('ResourceApplyGradientDescent', [...target, step.learningRate, gradient]);
    }
  }
}
