/** The learning rate of a large batch, from the one that suits a small batch. */
import { inspect } from 'node:util';
import { add, div, minimum, mul, scalar, type Scalar, type serialization } from '@tensorflow/tfjs-core';
import { LearningRateSchedule, scheduleFromConfig, scheduleToConfig } from './learningRateSchedule.ts';
import { SettingsSchedule, wrongSchedule } from './settingsSchedule.ts';

export interface LinearScalingSettings {
  /** The rate, or its schedule, that suits batches of `baseBatchSize` samples. */
  readonly learningRate: number | LearningRateSchedule;
  /** Number of samples of a step, on all workers together. */
  readonly batchSize: number;
  /** Default 256. */
  readonly baseBatchSize: number;
  /** Number of steps in which the factor grows from 1 to its full size; the paper takes five epochs. Default 0. */
  readonly warmupSteps: number;
}

export type LinearScalingOptions = Pick<LinearScalingSettings, 'learningRate' | 'batchSize'> &
  Partial<LinearScalingSettings>;

/**
 * `learningRate` times `batchSize / baseBatchSize`, with gradual warm-up: Goyal et al., "Accurate, Large Minibatch SGD:
 * Training ImageNet in 1 Hour", 2017.
 */
export class LinearScaling extends SettingsSchedule<LinearScalingSettings> {
  static readonly className: string = 'LinearScaling';
  static readonly defaults = { learningRate: undefined, batchSize: undefined, baseBatchSize: 256, warmupSteps: 0 };

  call(step: Scalar): Scalar {
    const { learningRate, batchSize, baseBatchSize, warmupSteps } = this.settings;
    const base = typeof learningRate === 'number' ? scalar(learningRate) : learningRate.call(step);
    const factor = batchSize / baseBatchSize;
    if (warmupSteps === 0) return mul(base, factor);
    const share: Scalar = minimum(div(step, scalar(warmupSteps)), 1);
    return mul(add(mul(share, factor - 1), 1), base);
  }

  protected override check(name: string, value: unknown, initial: unknown): void {
    if (name !== 'learningRate' || typeof value === 'number') {
      super.check(name, value, initial);
    } else if (!(value instanceof LearningRateSchedule)) {
      throw wrongSchedule('learningRate of LinearScaling is a number or a schedule.', inspect(value));
    }
  }

  override getConfig(): serialization.ConfigDict {
    const { learningRate } = this.settings;
    const rate = typeof learningRate === 'number' ? learningRate : scheduleToConfig(learningRate);
    return { ...super.getConfig(), learningRate: rate };
  }

  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    const learningRate = scheduleFromConfig(config['learningRate']) ?? config['learningRate'];
    return SettingsSchedule.fromConfig(cls, { ...config, learningRate } as serialization.ConfigDict);
  }
}
