/** A learning rate that is constant between given steps. */
import { inspect } from 'node:util';
import { greater, scalar, where, type Scalar } from '@tensorflow/tfjs-core';
import { SettingsSchedule, wrongSchedule } from './settingsSchedule.ts';

export interface PiecewiseConstantDecaySettings {
  /** The last step of each piece but the last, counted from 0 and rising: whole numbers. */
  readonly boundaries: readonly number[];
  /** The rate of each piece: one more than there are boundaries. */
  readonly values: readonly number[];
}

/** As `keras.optimizers.schedules.PiecewiseConstantDecay`. */
export class PiecewiseConstantDecay extends SettingsSchedule<PiecewiseConstantDecaySettings> {
  static readonly className: string = 'PiecewiseConstantDecay';
  static readonly defaults = { boundaries: undefined, values: undefined };

  call(step: Scalar): Scalar {
    const { boundaries, values } = this.settings;
    return boundaries.reduce<Scalar>(
      (rate, boundary, index) => where(greater(step, scalar(boundary, 'int32')), values[index + 1] ?? 0, rate),
      scalar(values[0] ?? 0),
    );
  }

  protected override check(name: string, value: unknown): void {
    const numbers = Array.isArray(value) ? (value as unknown[]) : [];
    const { boundaries, values } = this.settings;
    const isList =
      numbers.length > 0 && numbers.every((each) => typeof each === 'number' && each >= 0 && each < 2 ** 31);
    const isRising = boundaries.every((each, index) => index === 0 || each > (boundaries[index - 1] ?? 0));
    if (isList && (name === 'values' ? values.length === boundaries.length + 1 : isRising)) return;
    throw wrongSchedule(
      'PiecewiseConstantDecay has boundaries, which rise, and values, one more than there are boundaries.',
      `${name}: ${inspect(value)}`,
    );
  }
}
