/** Adam with decoupled weight decay. */
import { Adam, type AdamSettings } from './adam.ts';
import type { Settings } from './options.ts';

/** As `keras.optimizers.AdamW` (Loshchilov and Hutter, 2019): Adam, with a weight decay of 0.004 by default. */
export class AdamW extends Adam {
  static override readonly className: string = 'AdamW';
  static override readonly defaults: Settings<AdamSettings> = { ...Adam.defaults, weightDecay: 0.004 };
}
