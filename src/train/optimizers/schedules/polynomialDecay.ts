/** A learning rate that falls to its end along a polynomial; along a line by default. */
import { add, ceil, div, maximum, minimum, mul, pow, scalar, sub, type Scalar } from '@tensorflow/tfjs-core';
import { SettingsSchedule } from './settingsSchedule.ts';

export interface PolynomialDecaySettings {
  readonly initialLearningRate: number;
  /** Number of steps until the end. */
  readonly decaySteps: number;
  /** Default 0.0001. */
  readonly endLearningRate: number;
  /** Degree of the polynomial. Default 1. */
  readonly power: number;
  /** Whether to begin again after the end, with twice, three times, ... as many steps. Default false: it stays. */
  readonly cycle: boolean;
}

export type PolynomialDecayOptions = Pick<PolynomialDecaySettings, 'initialLearningRate' | 'decaySteps'> &
  Partial<PolynomialDecaySettings>;

/** As `keras.optimizers.schedules.PolynomialDecay`. */
export class PolynomialDecay extends SettingsSchedule<PolynomialDecaySettings> {
  static readonly className: string = 'PolynomialDecay';
  static readonly defaults = {
    initialLearningRate: undefined,
    decaySteps: undefined,
    endLearningRate: 0.0001,
    power: 1,
    cycle: false,
  };

  call(step: Scalar): Scalar {
    const { initialLearningRate, decaySteps, endLearningRate, power, cycle } = this.settings;
    const periods: Scalar = div(step, scalar(decaySteps));
    const share: Scalar = cycle ? div(periods, maximum(ceil(periods), 1)) : minimum(periods, 1);
    return add(mul(pow(sub(1, share), power), initialLearningRate - endLearningRate), endLearningRate);
  }
}
