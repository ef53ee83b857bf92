/** Draws from categorical distributions. */
import { tensor, Tensor, tidy, type Tensor1D, type Tensor2D, type TensorLike } from '@tensorflow/tfjs-core';
import { UserError } from '../../../base/errors.ts';
import { ints, op, scalar, toValue } from '../../kernel.ts';
import { draw } from './draw.ts';
import type { Seed } from './seeds.ts';

/**
 * Draws outcomes at random.
 *
 * @param logits - Unnormalized log-probabilities of the outcomes, of shape [outcomes] or [batch, outcomes].
 * @param numSamples - How many outcomes to draw from each distribution.
 * @param seed - Makes the draw reproducible. Default: the program's stream, see `setRandomSeed`.
 * @param normalized - Whether `logits` are probabilities instead. Default false.
 * @returns Numbers of outcomes: int32, of shape [numSamples] or [batch, numSamples].
 * @throws UserError `TFD_MULTINOMIAL_SHAPE`.
 */
export function multinomial(
  logits: Tensor1D | Tensor2D | TensorLike,
  numSamples: number,
  seed?: Seed | null,
  normalized = false,
): Tensor1D | Tensor2D {
  return tidy('multinomial', () => {
    const input: Tensor = logits instanceof Tensor ? logits : tensor(logits);
    const numOutcomes = input.shape.at(-1) ?? 0;
    if (input.rank > 2 || numOutcomes < 2) throw wrongShape(input.shape);
    const numDistributions = input.size / numOutcomes;
    const shape = [...input.shape.slice(0, -1), numSamples] as [number] | [number, number];
    return draw(shape, seed, ([shapeValue, key, counter]) => {
      const values = op('Reshape', [toValue(input), ints([numDistributions, numOutcomes])]);
      const words = op('ConcatV2', [[key, counter], scalar(0, 'int32')]);
      const seedWords = op('Slice', [op('Bitcast', [words], { type: { type: 'int64' } }), ints([0]), ints([2])]);
      const outcomes = op(
        'StatelessMultinomial',
        [normalized ? op('Log', [values]) : values, scalar(numSamples, 'int32'), seedWords],
        { output_dtype: { type: 'int32' } },
      );
      return op('Reshape', [outcomes, shapeValue]);
    });
  }) as Tensor1D | Tensor2D;
}

function wrongShape(shape: readonly number[]): UserError {
  return new UserError({
    code: 'TFD_MULTINOMIAL_SHAPE',
    rule: 'tf.multinomial() takes log-probabilities of at least 2 outcomes, of shape [outcomes] or [batch, outcomes].',
    received: `shape [${shape.join(', ')}]`,
    remedy: 'Reshape the tensor so that its last dimension holds the outcomes.',
  });
}
