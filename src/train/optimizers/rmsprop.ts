/** RMSprop: steps divided by the root of a running mean of squared gradients. */
import type { serialization } from '@tensorflow/tfjs-core';
import { ops } from '../../backend/index.ts';
import { scalar } from '../../backend/kernel.ts';
import type { Value } from '../../tensor/index.ts';
import { FusedOptimizer } from './fusedOptimizer.ts';
import type { OptimizerOptions, Settings } from './options.ts';
import type { Step } from './step.ts';

/** What `RMSprop` has beside the options of every optimizer. */
export interface RMSpropSettings {
  /** Decay of the mean of squares, from 0 to 1; TF.js calls it `decay`. Default 0.9. */
  readonly rho: number;
  /** Share of the last step that the next one keeps, from 0 to 1. Default 0. */
  readonly momentum: number;
  /** Added under the root. Default 1e-7. */
  readonly epsilon: number;
  /** Whether to divide by the variance of the gradients in place of their mean square. Default false. */
  readonly centered: boolean;
}

export type RMSpropOptions = OptimizerOptions & Partial<RMSpropSettings>;

/** As `keras.optimizers.RMSprop` (Tieleman and Hinton, 2012). The learning rate is 0.001 by default. */
export class RMSprop extends FusedOptimizer<RMSpropSettings> {
  /** TF.js's spelling, so that saved models can be exchanged. */
  static readonly className: string = 'RMSProp';
  static readonly defaults: Settings<RMSpropSettings> = {
    learningRate: 0.001,
    rho: 0.9,
    momentum: 0,
    epsilon: 1e-7,
    centered: false,
  };

  protected override slots(): Readonly<Record<string, number>> {
    const slots = { velocity: 0, momentum: 0 };
    return this.settings.centered ? { ...slots, average_gradient: 0 } : slots;
  }

  protected override update(target: readonly Value[], gradient: Value, step: Step): void {
    const { rho, momentum, epsilon, centered } = this.settings;
    const rest = [step.learningRate, scalar(rho), scalar(momentum), scalar(epsilon), gradient];
    if (centered) {
      const [variable, meanSquare, lastStep, mean] = target as [Value, Value, Value, Value];
      ops('ResourceApplyCenteredRMSProp', [variable, mean, meanSquare, lastStep, ...rest]);
    } else {
      ops('ResourceApplyRMSProp', [...target, ...rest]);
    }
  }

  /** With TF.js's name of `rho`, so that TF.js can read it. */
  override getConfig(): serialization.ConfigDict {
    const { rho, ...config } = super.getConfig();
    return { ...config, decay: rho ?? null };
  }

  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return FusedOptimizer.fromConfig(cls, { ...config, rho: config['rho'] ?? config['decay'] ?? null });
  }
}
