/** A learning rate that falls along half a cosine wave, after a warm-up where asked for. */
import { add, cast, div, less, minimum, mul, sub, where, type Scalar } from '@tensorflow/tfjs-core';
import { halfWave } from './cosine.ts';
import { SettingsSchedule } from './settingsSchedule.ts';

export interface CosineDecaySettings {
  /** The first rate; of the warm-up, where there is one. */
  readonly initialLearningRate: number;
  /** Number of steps of the decay, after the warm-up. */
  readonly decaySteps: number;
  /** What remains at the end, as a share of the rate that the decay begins with. Default 0. */
  readonly alpha: number;
  /** The rate at the end of the warm-up, which the decay begins with. Default null: no warm-up. */
  readonly warmupTarget: number | null;
  /** Number of steps of the warm-up. Default 0. */
  readonly warmupSteps: number;
}

export type CosineDecayOptions = Pick<CosineDecaySettings, 'initialLearningRate' | 'decaySteps'> &
  Partial<CosineDecaySettings>;

/** As `keras.optimizers.schedules.CosineDecay` (Loshchilov and Hutter, "SGDR", 2016), with linear warm-up. */
export class CosineDecay extends SettingsSchedule<CosineDecaySettings> {
  static readonly className: string = 'CosineDecay';
  static readonly defaults = {
    initialLearningRate: undefined,
    decaySteps: undefined,
    alpha: 0,
    warmupTarget: null,
    warmupSteps: 0,
  };

  call(step: Scalar): Scalar {
    const { initialLearningRate, warmupTarget, warmupSteps } = this.settings;
    const now: Scalar = cast(step, 'float32');
    if (warmupTarget === null) return this.#decay(now, initialLearningRate);
    const decayed = this.#decay(sub(now, warmupSteps), warmupTarget);
    if (warmupSteps === 0) return decayed;
    const risen: Scalar = mul(div(now, warmupSteps), warmupTarget - initialLearningRate);
    const warming: Scalar = add(risen, initialLearningRate);
    return where(less(now, warmupSteps), warming, decayed);
  }

  #decay(step: Scalar, from: number): Scalar {
    const { decaySteps, alpha } = this.settings;
    const share = div<Scalar>(minimum(step, decaySteps), decaySteps);
    return mul(add<Scalar>(mul(halfWave(share), 1 - alpha), alpha), from);
  }
}
