/** Adamax: Adam with the largest gradient in place of the mean of squares. */
import { op, ops } from '../../backend/index.ts';
import { scalar } from '../../backend/kernel.ts';
import type { Value } from '../../tensor/index.ts';
import { FusedOptimizer } from './fusedOptimizer.ts';
import type { OptimizerOptions, Settings } from './options.ts';
import type { Step } from './step.ts';

/** What `Adamax` has beside the options of every optimizer. */
export interface AdamaxSettings {
  /** Decay of the mean of the gradients, from 0 to 1. Default 0.9. */
  readonly beta1: number;
  /** Decay of the largest gradient, from 0 to 1. Default 0.999. */
  readonly beta2: number;
  /** Added to the denominator. Default 1e-7. */
  readonly epsilon: number;
  /** TF.js's decay of the learning rate: it is divided by 1 + `decay` times the steps taken. Default 0: none. */
  readonly decay: number;
}

export type AdamaxOptions = OptimizerOptions & Partial<AdamaxSettings>;

/** As `keras.optimizers.Adamax` (Kingma and Ba, 2014). The learning rate is 0.001 by default. */
export class Adamax extends FusedOptimizer<AdamaxSettings> {
  static readonly className: string = 'Adamax';
  static readonly defaults: Settings<AdamaxSettings> = {
    learningRate: 0.001,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-7,
    decay: 0,
  };

  protected override slots(): Readonly<Record<string, number>> {
    return { momentum: 0, norm: 0 };
  }

  protected override update(target: readonly Value[], gradient: Value, step: Step): void {
    const { beta1, beta2, epsilon } = this.settings;
    ops('ResourceApplyAdaMax', [
      ...target,
      step.power(beta1),
      this.#learningRate(step),
      scalar(beta1),
      scalar(beta2),
      scalar(epsilon),
      gradient,
    ]);
  }

  #learningRate(step: Step): Value {
    const { decay } = this.settings;
    if (decay === 0) return step.learningRate;
    const stepsTaken = op('Sub', [step.number, scalar(1)]);
    const divisor = op('AddV2', [op('Mul', [stepsTaken, scalar(decay)]), scalar(1)]);
    return op('RealDiv', [step.learningRate, divisor]);
  }
}
