/**
 * Makes TF.js's normalization layers fast: they run as kernels of their own with gradients of their own, in place of
 * operations that each read and write all values. The results are the same.
 */
import { engine, mul, ones, reshape, sub, tidy, zeros, type Tensor } from '@tensorflow/tfjs-core';
import type { layers, LayerVariable } from '@tensorflow/tfjs-layers';
import { registeredClass } from './registeredClass.ts';

type Layer = layers.Layer;

/** What TF.js's classes keep to themselves. */
interface Normalization extends Layer {
  readonly axis: number | readonly number[];
  readonly epsilon: number;
  readonly gamma?: LayerVariable | null;
  readonly beta?: LayerVariable | null;
}

interface BatchNormalization extends Normalization {
  readonly momentum: number;
  readonly movingMean: LayerVariable;
  readonly movingVariance: LayerVariable;
}

/** Puts them in the place of TF.js's calls, which do the rest: other axes and dtypes, batch statistics in inference. */
export function installNormalizationLayers(): void {
  install<BatchNormalization>('BatchNormalization', normalizeBatch, (kwargs) => kwargs['training'] === true);
  install<Normalization>('LayerNormalization', normalizeRows, () => true);
}

function install<L extends Normalization>(
  className: string,
  normalize: (layer: L, x: Tensor) => Tensor,
  isMeant: (kwargs: Parameters<Layer['call']>[1]) => boolean,
): void {
  const { prototype } = registeredClass<{ readonly prototype: L }>(className);
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with `this` below.
  const { call } = prototype;
  prototype.call = function callAsKernel(this: L, inputs, kwargs) {
    const [x] = [inputs].flat() as [Tensor];
    const axes = [this.axis].flat();
    const isLastAxis = axes.length === 1 && (axes[0] === -1 || axes[0] === x.rank - 1);
    const isKnown = isLastAxis && x.dtype === 'float32' && x.size > 0 && isMeant(kwargs);
    return isKnown ? tidy(() => normalize(this, x)) : call.call(this, inputs, kwargs);
  };
}

function normalizeBatch(layer: BatchNormalization, x: Tensor): Tensor {
  const numChannels = x.shape.at(-1) ?? 1;
  const numRows = x.size / numChannels;
  const image = x.rank === 4 ? x : reshape(x, [numRows, 1, 1, numChannels]);
  const [y, mean, variance] = run('BatchNormTraining', layer, image) as [Tensor, Tensor, Tensor];
  move(layer.movingMean, mean, layer.momentum);
  // Keras's moving variance is that of the batch itself; TensorFlow's operation gives the estimate for all data.
  move(layer.movingVariance, mul(variance, (numRows - 1) / numRows), layer.momentum);
  return x.rank === 4 ? y : reshape(y, x.shape);
}

function normalizeRows(layer: Normalization, x: Tensor): Tensor {
  const [y] = run('LayerNorm', layer, reshape(x, [-1, x.shape.at(-1) ?? 1])) as [Tensor];
  return reshape(y, x.shape);
}

function run(kernelName: string, layer: Normalization, x: Tensor): Tensor[] {
  const numChannels = x.shape.at(-1) ?? 1;
  const inputs = {
    x,
    scale: layer.gamma?.read() ?? ones([numChannels]),
    offset: layer.beta?.read() ?? zeros([numChannels]),
  };
  return engine().runKernel<Tensor[]>(kernelName, inputs, { epsilon: layer.epsilon });
}

/** Moves an average towards `value`. */
function move(average: LayerVariable, value: Tensor, momentum: number): void {
  const before = average.read();
  average.write(sub(before, mul(sub(before, value), 1 - momentum)));
}
