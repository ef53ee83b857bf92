/** Draws from categorical distributions, by where a uniform number falls among the cumulated probabilities. */
import type { MultinomialAttrs, MultinomialInputs } from '@tensorflow/tfjs-core';
import { algorithm } from '../frontend/random/generator.ts';
import { takePosition } from '../frontend/random/seeds.ts';
import { ints, kernel, op, scalar, shapeOf } from '../kernel.ts';

kernel<MultinomialInputs, MultinomialAttrs>('Multinomial', ({ logits }, { numSamples, seed, normalized }) => {
  const probabilities = normalized ? logits : op('Softmax', [logits]);
  const [numRows = 0, numEvents = 0] = shapeOf(logits);
  const cumulated = op('Cumsum', [probabilities, scalar(1, 'int32')]);
  // The last event takes all that the others leave, whatever the sums were rounded to.
  const bounds = op('Slice', [cumulated, ints([0, 0]), ints([numRows, numEvents - 1])]);
  // Where the caller gives no seed, TF.js puts what Math.random() gives.
  const { key, counter } = takePosition(numRows * numSamples, seed > 0 && seed < 1 ? undefined : seed);
  const draws = op('StatelessRandomUniformV2', [ints([numRows, numSamples]), key, counter, algorithm()]);
  return op('UpperBound', [bounds, draws]);
});
