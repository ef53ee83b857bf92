/** Makes a TF.js tensor from one of TensorFlow's random operations, eagerly or in a function that is being traced. */
import { engine, util, type Rank, type ShapeMap, type Tensor } from '@tensorflow/tfjs-core';
import type { Value } from '../../../tensor/index.ts';
import { ints, scoped, toTensorInfo } from '../../kernel.ts';
import { algorithm } from './generator.ts';
import { takePosition, type Seed } from './seeds.ts';

/** @param compute - Takes the first inputs of TensorFlow's stateless random operations: shape, key, counter, algorithm. */
export function draw<R extends Rank>(
  shape: ShapeMap[R],
  seed: Seed | null | undefined,
  compute: (start: readonly Value[]) => Value,
): Tensor<R> {
  util.assertNonNegativeIntegerDimensions(shape);
  const info = scoped(() => {
    const { key, counter } = takePosition(util.sizeFromShape(shape), seed);
    return toTensorInfo(compute([ints(shape), key, counter, algorithm()]));
  });
  return engine().makeTensorFromTensorInfo(info) as Tensor<R>;
}
