/** Losses and metrics of predictions in 16 bits, computed in float32 as in Keras. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { cast } from '../../backend/frontend/index.ts';
import type { LossOrMetric, ModelInternals } from '../models/internals.ts';

/** To be called after each `compile`, which makes these functions anew. */
export function computeLossInFloat32(model: ModelInternals): void {
  model.lossFunctions = model.lossFunctions.map(inFloat32);
  model.metricsTensors = model.metricsTensors.map(([metric, output]) => [inFloat32(metric), output]);
}

function inFloat32(compute: LossOrMetric): LossOrMetric {
  return (targets, predictions) => compute(targets, widened(predictions));
}

function widened(predictions: Tensor): Tensor {
  const { dtype } = predictions;
  return dtype === 'float16' || dtype === 'bfloat16' ? cast(predictions, 'float32') : predictions;
}
