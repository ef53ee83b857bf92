/**
 * Normalizes each row with its own mean and variance, and the gradient of that, in as few passes over the values as
 * operations allow. (Ba et al., "Layer Normalization", 2016.)
 */
import type { Value } from '../../tensor/index.ts';
import { ints, kernel, op, scalar, shapeOf } from '../kernel.ts';

interface Attributes {
  /** Added to the variance. */
  readonly epsilon: number;
}

/**
 * Of x [rows, n], and a scale and an offset for each of the n columns: the result; the rows normalized, before scale and
 * offset; and each row's inverse standard deviation, [rows, 1].
 */
kernel<{ x: Value; scale: Value; offset: Value }, Attributes>('LayerNorm', ({ x, scale, offset }, { epsilon }) => {
  const mean = meanOfRows(x);
  const centred = op('Sub', [x, mean]);
  const variance = meanOfRows(op('Square', [centred]));
  const inverse = op('Rsqrt', [op('AddV2', [variance, scalar(epsilon)])]);
  const normalized = op('Mul', [centred, inverse]);
  return [op('AddV2', [op('Mul', [normalized, scale]), offset]), normalized, inverse];
});

/** The gradients with respect to x, scale and offset. */
kernel<{ dy: Value; normalized: Value; inverse: Value; scale: Value }>(
  'LayerNormGrad',
  ({ dy, normalized, inverse, scale }) => {
    const [, width = 1] = shapeOf(dy);
    const product = op('Mul', [dy, normalized]);
    // The mean of a row's scaled gradients is a product with a vector: no pass of its own for the scaling.
    const share = op('Reshape', [op('Mul', [scale, scalar(1 / width)]), ints([width, 1])]);
    const meanSlope = op('MatMul', [dy, share]);
    const meanProduct = op('MatMul', [product, share]);
    const slope = op('Sub', [op('Mul', [dy, scale]), op('Mul', [normalized, meanProduct])]);
    const dx = op('Mul', [op('Sub', [slope, meanSlope]), inverse]);
    return [dx, sumOfColumns(product), sumOfColumns(dy)];
  },
);

function meanOfRows(x: Value): Value {
  return op('Mean', [x, ints([1])], { keep_dims: true });
}

function sumOfColumns(x: Value): Value {
  return op('BiasAddGrad', [x]);
}
