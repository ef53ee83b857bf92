/**
 * Makes TF.js's batch normalization fast in training: one operation of TensorFlow, and one for its gradient, in place of
 * a dozen that each read and write all values. The results are the same.
 */
import { engine, mul, ones, reshape, serialization, sub, tidy, zeros, type Tensor } from '@tensorflow/tfjs-core';
import type { layers, LayerVariable } from '@tensorflow/tfjs-layers';

type Layer = layers.Layer;

/** What TF.js's class keeps to itself. */
interface BatchNormalization extends Layer {
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly gamma?: LayerVariable;
  readonly beta?: LayerVariable;
  readonly movingMean: LayerVariable;
  readonly movingVariance: LayerVariable;
}

/** Puts it in the place of TF.js's call, which does the rest: inference, other axes and dtypes. */
export function installBatchNormalization(): void {
  // TF.js registers the class and does not export it.
  const [layerClass] = serialization.SerializationMap.getMap().classNameMap['BatchNormalization'] as unknown as [
    { readonly prototype: BatchNormalization },
  ];
  const { prototype } = layerClass;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with `this` below.
  const { call } = prototype;
  prototype.call = function callInOneOperation(this: BatchNormalization, inputs, kwargs) {
    const [x] = [inputs].flat() as [Tensor];
    const isLastAxis = this.axis === -1 || this.axis === x.rank - 1;
    const isTraining = kwargs['training'] === true;
    const isFused = isTraining && isLastAxis && x.dtype === 'float32' && x.size > 0;
    return isFused ? tidy(() => normalize(this, x)) : call.call(this, inputs, kwargs);
  };
}

function normalize(layer: BatchNormalization, x: Tensor): Tensor {
  const numChannels = x.shape.at(-1) ?? 1;
  const numRows = x.size / numChannels;
  const inputs = {
    x: x.rank === 4 ? x : reshape(x, [numRows, 1, 1, numChannels]),
    scale: layer.gamma?.read() ?? ones([numChannels]),
    offset: layer.beta?.read() ?? zeros([numChannels]),
  };
  const outputs = engine().runKernel<Tensor[]>('BatchNormTraining', inputs, { epsilon: layer.epsilon });
  const [y, mean, variance] = outputs as [Tensor, Tensor, Tensor];
  move(layer.movingMean, mean, layer.momentum);
  // Keras's moving variance is that of the batch itself; TensorFlow's operation gives the estimate for all data.
  move(layer.movingVariance, mul(variance, (numRows - 1) / numRows), layer.momentum);
  return x.rank === 4 ? y : reshape(y, x.shape);
}

/** Moves an average towards `value`. */
function move(average: LayerVariable, value: Tensor, momentum: number): void {
  const before = average.read();
  average.write(sub(before, mul(sub(before, value), 1 - momentum)));
}
