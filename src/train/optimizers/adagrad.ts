/** Adagrad: steps divided by the root of the sum of all squared gradients so far. */
import { ops } from '../../backend/index.ts';
import { scalar } from '../../backend/kernel.ts';
import type { Value } from '../../tensor/index.ts';
import { FusedOptimizer } from './fusedOptimizer.ts';
import type { OptimizerOptions, Settings } from './options.ts';
import type { Step } from './step.ts';

/** What `Adagrad` has beside the options of every optimizer. */
export interface AdagradSettings {
  /** First value of the sum of squares. Default 0.1. */
  readonly initialAccumulatorValue: number;
  /** Added under the root. Default 1e-7. */
  readonly epsilon: number;
}

export type AdagradOptions = OptimizerOptions & Partial<AdagradSettings>;

/** As `keras.optimizers.Adagrad` (Duchi et al., 2011). The learning rate is 0.001 by default. */
export class Adagrad extends FusedOptimizer<AdagradSettings> {
  static readonly className: string = 'Adagrad';
  static readonly defaults: Settings<AdagradSettings> = {
    learningRate: 0.001,
    initialAccumulatorValue: 0.1,
    epsilon: 1e-7,
  };

  /** The kernel adds epsilon outside of the root, and Keras inside: so the sum starts with it, and the kernel gets 0. */
  protected override slots(): Readonly<Record<string, number>> {
    return { accumulator: this.settings.initialAccumulatorValue + this.settings.epsilon };
  }

  protected override update(target: readonly Value[], gradient: Value, step: Step): void {
    ops('ResourceApplyAdagradV2', [...target, step.learningRate, scalar(0), gradient]);
  }
}
