/** LSTM of 128 units over 50 time steps of 64 features, then dense10; batch 64. */
import * as tf from 'tfjs-distribute';
import { layersNetwork } from './layersNetwork.ts';
import type { Network } from './network.ts';

export function lstm(): Network {
  const model = tf.sequential({
    layers: [
      tf.layers.lstm({ inputShape: [50, 64], units: 128, recurrentActivation: 'sigmoid', unitForgetBias: true }),
      tf.layers.dense({ units: 10 }),
    ],
  });
  return layersNetwork(model, 64);
}
