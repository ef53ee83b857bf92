/** Normalizes with the batch's own mean and variance, as one operation; and the gradient of that. */
import type { Value } from '../../tensor/index.ts';
import { constant, kernel, ops, withShape } from '../kernel.ts';

interface Attributes {
  /** Added to the variance. */
  readonly epsilon: number;
}

/**
 * Of x [rows, 1, 1, channels], and a scale and an offset for each channel: the normalized x; each channel's mean and its
 * variance (divided by rows - 1); and three values for the gradient.
 */
kernel<{ x: Value; scale: Value; offset: Value }, Attributes>(
  'BatchNormTraining',
  ({ x, scale, offset }, { epsilon }) => {
    const unused = constant([], [0], 'float32');
    const inputs = [x, scale, offset, unused, unused];
    const [y, mean, variance, first, second, third] = ops('FusedBatchNormV3', inputs, { epsilon: { float: epsilon } });
    // The last has a shape on GPUs only, which nobody reads.
    return [y, mean, variance, first, second, third && withShape(third, [])] as Value[];
  },
);

interface GradientInputs {
  readonly dy: Value;
  readonly x: Value;
  readonly scale: Value;
  readonly first: Value;
  readonly second: Value;
  readonly third: Value;
}

/** The gradients with respect to x, scale and offset. */
kernel<GradientInputs, Attributes>('BatchNormTrainingGrad', ({ dy, x, scale, first, second, third }, { epsilon }) =>
  ops('FusedBatchNormGradV3', [dy, x, scale, first, second, third], { epsilon: { float: epsilon } }).slice(0, 3),
);
