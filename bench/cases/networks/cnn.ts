/** conv32 - conv64 - max-pool - dense128 - dense10; convolutions of 3x3; 28x28 grey images, batch 64. */
import * as tf from 'tfjs-distribute';
import { layersNetwork } from './layersNetwork.ts';
import type { Network } from './network.ts';

export function cnn(): Network {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, activation: 'relu' }),
      tf.layers.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 128, activation: 'relu' }),
      tf.layers.dense({ units: 10 }),
    ],
  });
  return layersNetwork(model, 64);
}
