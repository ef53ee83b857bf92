/**
 * TF.js's random tensors, drawn by TensorFlow instead of JavaScript: eagerly each call gives new numbers, and inside a
 * compiled function each call of that function does. A seed makes them reproducible: eagerly each call with the same
 * seed gives the same numbers, a compiled function the same sequence from its first call on.
 */
import type { DataType, Rank, ShapeMap, Tensor } from '@tensorflow/tfjs-core';
import { UserError } from '../../../base/errors.ts';
import type { Value } from '../../../tensor/index.ts';
import { ints, op, scalar } from '../../kernel.ts';
import { draw } from './draw.ts';
import type { Seed } from './seeds.ts';

/** TF.js's own code passes null for what is left out. */
type NumberType = 'float32' | 'int32' | null;
type OptionalSeed = Seed | null;

/**
 * Uniform numbers from `minval` (included) to `maxval` (excluded).
 *
 * @param dtype - Default float32. For int32, whole numbers where both bounds are whole; else, and for bool, numbers
 *   that lose their fraction.
 */
export function randomUniform<R extends Rank>(
  shape: ShapeMap[R],
  minval = 0,
  maxval = 1,
  dtype?: DataType | null,
  seed?: OptionalSeed,
): Tensor<R> {
  checkType('randomUniform', dtype, ['float32', 'int32', 'bool']);
  const isWhole = Number.isInteger(minval) && Number.isInteger(maxval) && minval < maxval;
  if (dtype === 'int32' && isWhole) {
    const bounds = [scalar(minval, 'int32'), scalar(maxval, 'int32')];
    return draw(shape, seed, (start) => op('StatelessRandomUniformIntV2', [...start, ...bounds]));
  }
  return draw(shape, seed, (start) => {
    const values = affine(op('StatelessRandomUniformV2', start), maxval - minval, minval);
    if (dtype == null || dtype === 'float32') return values;
    const whole = cast(values, 'int32');
    return dtype === 'bool' ? cast(whole, 'bool') : whole;
  });
}

/** Whole numbers from `minval` (included) to `maxval` (excluded), all equally likely. Dtype int32. */
export function randomUniformInt<R extends Rank>(
  shape: ShapeMap[R],
  minval: number,
  maxval: number,
  seed?: OptionalSeed,
): Tensor<R> {
  return randomUniform(shape, minval, maxval, 'int32', seed);
}

/** Normally distributed numbers. @param dtype - Default float32; int32 rounds them. */
export function randomNormal<R extends Rank>(
  shape: ShapeMap[R],
  mean = 0,
  stdDev = 1,
  dtype?: NumberType,
  seed?: OptionalSeed,
): Tensor<R> {
  checkType('randomNormal', dtype, ['float32', 'int32']);
  return draw(shape, seed, (start) => rounded(affine(op('StatelessRandomNormalV2', start), stdDev, mean), dtype));
}

/** Numbers of mean 0 and standard deviation 1. @param dtype - Default float32; int32 rounds them. */
export function randomStandardNormal<R extends Rank>(
  shape: ShapeMap[R],
  dtype?: NumberType,
  seed?: OptionalSeed,
): Tensor<R> {
  return randomNormal(shape, 0, 1, dtype, seed);
}

/** As `randomNormal`, where values more than two standard deviations from the mean are drawn again. */
export function truncatedNormal<R extends Rank>(
  shape: ShapeMap[R],
  mean = 0,
  stdDev = 1,
  dtype?: NumberType,
  seed?: OptionalSeed,
): Tensor<R> {
  checkType('truncatedNormal', dtype, ['float32', 'int32']);
  return draw(shape, seed, (start) => rounded(affine(op('StatelessTruncatedNormalV2', start), stdDev, mean), dtype));
}

/**
 * Numbers of a gamma distribution, of mean `alpha / beta`.
 *
 * @param alpha - Shape.
 * @param beta - Inverse scale, as TF.js documents it (its own code multiplies by it instead). Default 1.
 * @param dtype - Default float32; int32 rounds them.
 */
export function randomGamma<R extends Rank>(
  shape: ShapeMap[R],
  alpha: number,
  beta: number | null = 1,
  dtype?: NumberType,
  seed?: OptionalSeed,
): Tensor<R> {
  checkType('randomGamma', dtype, ['float32', 'int32']);
  return draw(shape, seed, (start) =>
    rounded(
      affine(op('StatelessRandomGammaV3', [...start, op('Fill', [ints(shape), scalar(alpha)])]), 1 / (beta ?? 1), 0),
      dtype,
    ),
  );
}

function affine(value: Value, scale: number, offset: number): Value {
  const scaled = scale === 1 ? value : op('Mul', [value, scalar(scale)]);
  return offset === 0 ? scaled : op('AddV2', [scaled, scalar(offset)]);
}

function rounded(value: Value, dtype: DataType | null | undefined): Value {
  return dtype === 'int32' ? cast(op('Round', [value]), 'int32') : value;
}

function cast(value: Value, dtype: 'int32' | 'bool'): Value {
  return op('Cast', [value], { DstT: { type: dtype } });
}

function checkType(name: string, dtype: DataType | null | undefined, supported: readonly DataType[]): void {
  if (dtype == null || supported.includes(dtype)) return;
  throw new UserError({
    code: 'TFD_RANDOM_DTYPE',
    rule: `tf.${name}() makes tensors of dtype ${supported.join(', ')}.`,
    received: `Unsupported data type ${dtype}`,
    remedy: 'Leave the dtype out, and cast the result with tf.cast().',
  });
}
