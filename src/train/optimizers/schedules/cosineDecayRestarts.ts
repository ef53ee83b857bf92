/** A learning rate that falls along half a cosine wave again and again. */
import { add, div, floor, log, mul, pow, scalar, sub, type Scalar } from '@tensorflow/tfjs-core';
import { halfWave } from './cosine.ts';
import { SettingsSchedule } from './settingsSchedule.ts';

export interface CosineDecayRestartsSettings {
  readonly initialLearningRate: number;
  /** Number of steps until the first restart. */
  readonly firstDecaySteps: number;
  /** Each period is longer than the one before by this factor. Default 2. */
  readonly tMul: number;
  /** Each period begins with the rate of the one before, times this factor. Default 1. */
  readonly mMul: number;
  /** What remains at the end of a period, as a share of the first rate. Default 0. */
  readonly alpha: number;
}

export type CosineDecayRestartsOptions = Pick<CosineDecayRestartsSettings, 'initialLearningRate' | 'firstDecaySteps'> &
  Partial<CosineDecayRestartsSettings>;

/** As `keras.optimizers.schedules.CosineDecayRestarts` (Loshchilov and Hutter, "SGDR", 2016). */
export class CosineDecayRestarts extends SettingsSchedule<CosineDecayRestartsSettings> {
  static readonly className: string = 'CosineDecayRestarts';
  static readonly defaults = {
    initialLearningRate: undefined,
    firstDecaySteps: undefined,
    tMul: 2,
    mMul: 1,
    alpha: 0,
  };

  call(step: Scalar): Scalar {
    const { initialLearningRate, firstDecaySteps, mMul, alpha } = this.settings;
    const { numRestarts, share } = this.#period(div(step, scalar(firstDecaySteps)));
    const height = mul(halfWave(share), pow(scalar(mMul), numRestarts));
    return mul(add(mul(height, 1 - alpha), alpha), initialLearningRate);
  }

  /** The period that `done` lies in, from 0, and the share of it that is done. `done` counts in first periods. */
  #period(done: Scalar): { readonly numRestarts: Scalar; readonly share: Scalar } {
    const { tMul } = this.settings;
    if (tMul === 1) {
      const numRestarts = floor(done);
      return { numRestarts, share: sub<Scalar>(done, numRestarts) };
    }
    // The first n periods take (1 - tMul ** n) / (1 - tMul) together.
    const grown = log(sub<Scalar>(1, mul(done, 1 - tMul)));
    const numRestarts = floor(div<Scalar>(grown, log(scalar(tMul))));
    const length: Scalar = pow(scalar(tMul), numRestarts);
    const earlier = div<Scalar>(sub<Scalar>(1, length), 1 - tMul);
    return { numRestarts, share: div<Scalar>(sub(done, earlier), length) };
  }
}
