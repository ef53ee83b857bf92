/**
 * ResNet-20 for CIFAR (He et al., "Deep Residual Learning for Image Recognition", 2015, section 4.2), with a 1x1
 * convolution where a block changes its size; 32x32 colour images, batch 64.
 */
import * as tf from 'tfjs-distribute';
import { layersNetwork } from './layersNetwork.ts';
import type { Network } from './network.ts';

export function resnet20(): Network {
  const input = tf.input({ shape: [32, 32, 3] });
  let x = relu(normalize(convolve(input, 16, 3, 1)));
  for (const filters of [16, 32, 64]) {
    for (const block of [0, 1, 2]) x = residual(x, filters, block === 0 && filters > 16 ? 2 : 1);
  }
  const pooled = tf.layers.globalAveragePooling2d({}).apply(x);
  const logits = tf.layers.dense({ units: 10 }).apply(pooled) as tf.SymbolicTensor;
  return layersNetwork(tf.model({ inputs: input, outputs: logits }), 64);
}

function residual(x: tf.SymbolicTensor, filters: number, strides: number): tf.SymbolicTensor {
  const inner = relu(normalize(convolve(x, filters, 3, strides)));
  const outer = normalize(convolve(inner, filters, 3, 1));
  const shortcut = strides === 1 ? x : normalize(convolve(x, filters, 1, strides));
  return relu(tf.layers.add().apply([outer, shortcut]) as tf.SymbolicTensor);
}

function convolve(x: tf.SymbolicTensor, filters: number, kernelSize: number, strides: number): tf.SymbolicTensor {
  const layer = tf.layers.conv2d({ filters, kernelSize, strides, padding: 'same', useBias: false });
  return layer.apply(x) as tf.SymbolicTensor;
}

function normalize(x: tf.SymbolicTensor): tf.SymbolicTensor {
  return tf.layers.batchNormalization().apply(x) as tf.SymbolicTensor;
}

function relu(x: tf.SymbolicTensor): tf.SymbolicTensor {
  return tf.layers.reLU().apply(x) as tf.SymbolicTensor;
}
