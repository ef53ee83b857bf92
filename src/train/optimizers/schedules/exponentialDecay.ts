/** A learning rate that is multiplied by the same factor in each period. */
import { div, floor, mul, pow, scalar, type Scalar } from '@tensorflow/tfjs-core';
import { SettingsSchedule } from './settingsSchedule.ts';

export interface ExponentialDecaySettings {
  readonly initialLearningRate: number;
  /** Length of a period, in steps. */
  readonly decaySteps: number;
  /** Factor of each period. */
  readonly decayRate: number;
  /** Whether the rate changes only at the end of each period. Default false. */
  readonly staircase: boolean;
}

export type ExponentialDecayOptions = Omit<ExponentialDecaySettings, 'staircase'> & Partial<ExponentialDecaySettings>;

/** As `keras.optimizers.schedules.ExponentialDecay`. */
export class ExponentialDecay extends SettingsSchedule<ExponentialDecaySettings> {
  static readonly className: string = 'ExponentialDecay';
  static readonly defaults = {
    initialLearningRate: undefined,
    decaySteps: undefined,
    decayRate: undefined,
    staircase: false,
  };

  call(step: Scalar): Scalar {
    const { initialLearningRate, decaySteps, decayRate, staircase } = this.settings;
    const periods: Scalar = div(step, scalar(decaySteps));
    return mul(initialLearningRate, pow(scalar(decayRate), staircase ? floor(periods) : periods));
  }
}
