/** Adadelta: steps in the units of the variable, by running means of squared gradients and squared steps. */
import { ops } from '../../backend/index.ts';
import { scalar } from '../../backend/kernel.ts';
import type { Value } from '../../tensor/index.ts';
import { FusedOptimizer } from './fusedOptimizer.ts';
import type { OptimizerOptions, Settings } from './options.ts';
import type { Step } from './step.ts';

/** What `Adadelta` has beside the options of every optimizer. */
export interface AdadeltaSettings {
  /** Decay of both means, from 0 to 1. Default 0.95. */
  readonly rho: number;
  /** Added under both roots. Default 1e-7. */
  readonly epsilon: number;
}

export type AdadeltaOptions = OptimizerOptions & Partial<AdadeltaSettings>;

/** As `keras.optimizers.Adadelta` (Zeiler, 2012). The learning rate is 0.001 by default; the paper has 1. */
export class Adadelta extends FusedOptimizer<AdadeltaSettings> {
  static readonly className: string = 'Adadelta';
  static readonly defaults: Settings<AdadeltaSettings> = { learningRate: 0.001, rho: 0.95, epsilon: 1e-7 };

  protected override slots(): Readonly<Record<string, number>> {
    return { accumulated_grad: 0, accumulated_delta_var: 0 };
  }

  protected override update(target: readonly Value[], gradient: Value, step: Step): void {
    const { rho, epsilon } = this.settings;
    ops('ResourceApplyAdadelta', [...target, step.learningRate, scalar(rho), scalar(epsilon), gradient]);
  }
}
