/** Adam: steps scaled by running means of the gradients and of their squares. */
import { ops } from '../../backend/index.ts';
import { scalar } from '../../backend/kernel.ts';
import type { Value } from '../../tensor/index.ts';
import { FusedOptimizer } from './fusedOptimizer.ts';
import type { OptimizerOptions, Settings } from './options.ts';
import type { Step } from './step.ts';

/** What `Adam` has beside the options of every optimizer. */
export interface AdamSettings {
  /** Decay of the mean of the gradients, from 0 to 1. Default 0.9. */
  readonly beta1: number;
  /** Decay of the mean of their squares, from 0 to 1. Default 0.999. */
  readonly beta2: number;
  /** Added to the denominator (the "epsilon hat" of the paper). Default 1e-7. */
  readonly epsilon: number;
  /** Whether to divide by the largest mean of squares so far (Reddi et al., 2018). Default false. */
  readonly amsgrad: boolean;
}

export type AdamOptions = OptimizerOptions & Partial<AdamSettings>;

/** As `keras.optimizers.Adam` (Kingma and Ba, 2014). The learning rate is 0.001 by default. */
export class Adam extends FusedOptimizer<AdamSettings> {
  static readonly className: string = 'Adam';
  static readonly defaults: Settings<AdamSettings> = {
    learningRate: 0.001,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-7,
    amsgrad: false,
  };

  protected override slots(): Readonly<Record<string, number>> {
    return this.settings.amsgrad ? { momentum: 0, velocity: 0, velocity_hat: 0 } : { momentum: 0, velocity: 0 };
  }

  protected override update(target: readonly Value[], gradient: Value, step: Step): void {
    const { beta1, beta2, epsilon, amsgrad } = this.settings;
    ops(amsgrad ? 'ResourceApplyAdamWithAmsgrad' : 'ResourceApplyAdam', [
      ...target,
      step.power(beta1),
      step.power(beta2),
      step.learningRate,
      scalar(beta1),
      scalar(beta2),
      scalar(epsilon),
      gradient,
    ]);
  }
}
