/** Normalizes with a given mean and variance. */
import type { FusedBatchNormAttrs } from '@tensorflow/tfjs-core';
import type { Value } from '../../tensor/index.ts';
import { kernel, op, scalar } from '../kernel.ts';

interface Inputs {
  x: Value;
  mean: Value;
  variance: Value;
  /** 1 where it is missing. */
  scale?: Value;
  /** 0 where it is missing. */
  offset?: Value;
}

kernel<Inputs, FusedBatchNormAttrs>('FusedBatchNorm', ({ x, scale, offset, mean, variance }, { varianceEpsilon }) => {
  const deviation = op('AddV2', [variance, scalar(varianceEpsilon, variance.dtype)]);
  const inverse = op('Rsqrt', [deviation]);
  const factor = scale === undefined ? inverse : op('Mul', [inverse, scale]);
  const shift = op('Mul', [mean, factor]);
  const summand = offset === undefined ? op('Neg', [shift]) : op('Sub', [offset, shift]);
  return op('AddV2', [op('Mul', [x, factor]), summand]);
});
