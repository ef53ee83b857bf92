/** A learning rate that is divided by a number which grows by the same amount in each period. */
import { add, div, floor, mul, scalar, type Scalar } from '@tensorflow/tfjs-core';
import { ExponentialDecay, type ExponentialDecaySettings } from './exponentialDecay.ts';
import { SettingsSchedule } from './settingsSchedule.ts';

/** `decayRate` is what the divisor, 1 at first, grows by in each period. */
export type InverseTimeDecaySettings = ExponentialDecaySettings;

export type InverseTimeDecayOptions = Omit<InverseTimeDecaySettings, 'staircase'> & Partial<InverseTimeDecaySettings>;

/** As `keras.optimizers.schedules.InverseTimeDecay`. */
export class InverseTimeDecay extends SettingsSchedule<InverseTimeDecaySettings> {
  static readonly className: string = 'InverseTimeDecay';
  static readonly defaults = ExponentialDecay.defaults;

  call(step: Scalar): Scalar {
    const { initialLearningRate, decaySteps, decayRate, staircase } = this.settings;
    const periods: Scalar = div(step, scalar(decaySteps));
    const divisor = add(mul(staircase ? floor(periods) : periods, decayRate), 1);
    return div(initialLearningRate, divisor);
  }
}
