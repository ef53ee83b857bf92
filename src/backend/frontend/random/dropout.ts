/** Dropout, with the mask drawn by TensorFlow (Srivastava et al., "Dropout", 2014). */
import { mul, tensor, Tensor, tidy, util, type TensorLike } from '@tensorflow/tfjs-core';
import { UserError } from '../../../base/errors.ts';
import { withDtype } from '../../dtypes/disguise.ts';
import { isFraction } from '../../dtypes/moreDtypes.ts';
import { op, scalar } from '../../kernel.ts';
import { draw } from './draw.ts';
import type { Seed } from './seeds.ts';

/** The mask's shape: null stands for the dimension of the input. */
type NoiseShape = readonly (number | null)[];

/**
 * Sets each element to 0 with probability `rate`, and scales the others by `1 / (1 - rate)`.
 *
 * @param x - Of dtype float32, or another one with fractions.
 * @param rate - In [0, 1). At 0 the values pass through.
 * @param noiseShape - Shape of the mask, which is broadcast to `x`. Default: the shape of `x`.
 * @param seed - Makes the mask reproducible. Default: the program's stream, see `setRandomSeed`.
 * @throws UserError `TFD_DROPOUT_RATE`, `TFD_DROPOUT_DTYPE`.
 */
export function dropout(
  x: Tensor | TensorLike,
  rate: number,
  noiseShape?: NoiseShape | null,
  seed?: Seed | null,
): Tensor {
  return tidy('dropout', () => {
    const input = x instanceof Tensor ? x : tensor(x);
    check(input, rate);
    if (rate === 0) return input === x ? input.clone() : input;
    return mul(input, withDtype(mask(maskShape(input.shape, noiseShape), rate, seed), input.dtype));
  });
}

/** 0 with probability `rate`, else `1 / (1 - rate)`. */
function mask(shape: number[], rate: number, seed: Seed | null | undefined): Tensor {
  return draw(shape, seed, (start) => {
    const kept = op('GreaterEqual', [op('StatelessRandomUniformV2', start), scalar(rate)]);
    return op('Mul', [op('Cast', [kept], { DstT: { type: 'float32' } }), scalar(1 / (1 - rate))]);
  });
}

function maskShape(shape: number[], noiseShape: NoiseShape | null | undefined): number[] {
  if (noiseShape == null) return shape;
  return noiseShape.map((dim, index) => {
    const size = dim ?? shape[index];
    util.assert(size !== undefined, () => `noiseShape has no size for dimension ${index}.`);
    return size as number;
  });
}

function check(input: Tensor, rate: number): void {
  if (!isFraction(input.dtype)) {
    throw new UserError({
      code: 'TFD_DROPOUT_DTYPE',
      rule: 'tf.dropout() takes a tensor of numbers with fractions, because it scales the values.',
      received: `dtype ${input.dtype}`,
      remedy: "Cast the tensor first: x.cast('float32').",
    });
  }
  if (!(rate >= 0 && rate < 1)) {
    throw new UserError({
      code: 'TFD_DROPOUT_RATE',
      rule: 'The rate of tf.dropout() is the share of values to drop: in [0, 1).',
      received: String(rate),
      remedy: 'Pass a number such as 0.5.',
    });
  }
}
