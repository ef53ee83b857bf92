/** The way back through broadcasting. */
import { backend_util, reshape, sum, type Tensor } from '@tensorflow/tfjs-core';

/** Sums what was broadcast from `shape`. */
export function sumTo(shape: number[], gradient: Tensor): Tensor {
  const axes = backend_util.getReductionAxes(shape, gradient.shape);
  return reshape(axes.length === 0 ? gradient : sum(gradient, axes), shape);
}
