/** 784 inputs, two hidden layers of 512, batch 128. */
import * as tf from 'tfjs-distribute';
import { layersNetwork } from './layersNetwork.ts';
import type { Network } from './network.ts';

export function mlp(): Network {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [784], units: 512, activation: 'relu' }),
      tf.layers.dense({ units: 512, activation: 'relu' }),
      tf.layers.dense({ units: 10 }),
    ],
  });
  return layersNetwork(model, 128);
}
