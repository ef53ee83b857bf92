/** Local response normalization (Krizhevsky et al., 2012), and its gradient. */
import type { LRNAttrs, LRNGradInputs, LRNInputs } from '@tensorflow/tfjs-core';
import type { Attributes } from '../../tensor/index.ts';
import { kernel, op } from '../kernel.ts';

kernel<LRNInputs, LRNAttrs>('LRN', ({ x }, attrs) => op('LRN', [x], parameters(attrs)));
kernel<LRNGradInputs, LRNAttrs>('LRNGrad', ({ x, y, dy }, attrs) => op('LRNGrad', [dy, x, y], parameters(attrs)));

function parameters({ depthRadius, bias, alpha, beta }: LRNAttrs): Attributes {
  return {
    depth_radius: { int: depthRadius },
    bias: { float: bias },
    alpha: { float: alpha },
    beta: { float: beta },
  };
}
