/** What can be said of a collective's arguments before anything is sent. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { UserError } from '../base/errors.ts';
import type { Reduction } from '../collectives/index.ts';

const reductions: readonly string[] = ['sum', 'mean', 'min', 'max', 'product'] satisfies Reduction[];

/** @throws UserError `TFD_COLLECTIVE_REDUCTION` where values of this dtype cannot be reduced so. */
export function checkReduction({ dtype }: Tensor, reduction: string): void {
  const isKnown = reductions.includes(reduction);
  if (isKnown && (dtype !== 'bool' || reduction === 'min' || reduction === 'max')) return;
  throw new UserError({
    code: 'TFD_COLLECTIVE_REDUCTION',
    rule: isKnown
      ? 'Truth values are reduced by min (all are true) or max (one is true).'
      : `A reduction is one of ${reductions.join(', ')}.`,
    received: `'${reduction}' of ${dtype}`,
    remedy: isKnown ? 'Cast them to int32 to count them.' : 'Correct the name.',
  });
}

/** The shape of `value`. @throws UserError `TFD_COLLECTIVE_SHAPE` where it has no equal part for every worker. */
export function checkParts(what: string, { shape }: Tensor, size: number): readonly number[] {
  if (shape.length > 0 && shape[0] % size === 0) return shape;
  throw new UserError({
    code: 'TFD_COLLECTIVE_SHAPE',
    rule: `The first dimension of a tensor for ${what} must be a multiple of the number of workers, ${size}.`,
    received: `shape [${shape.join(', ')}]`,
    remedy: 'Pad the tensor with zeros, or reshape it.',
  });
}

/** The shape of `value`. @throws UserError `TFD_COLLECTIVE_SHAPE` where `sizes` do not fit it, or it is a scalar. */
export function checkSizes(
  { shape }: Tensor,
  sizes: readonly number[] | undefined,
  rank: number,
  size: number,
): readonly number[] {
  const fits = sizes === undefined || (sizes.length === size && sizes[rank] === shape[0] && sizes.every(isCount));
  if (shape.length > 0 && fits) return shape;
  throw new UserError({
    code: 'TFD_COLLECTIVE_SHAPE',
    rule: 'A tensor for all-gather has a first dimension, and `sizes`, where it is given, has that of every worker.',
    received: `shape [${shape.join(', ')}] on rank ${rank} of ${size}${sizes === undefined ? '' : `, sizes [${sizes.join(', ')}]`}`,
    remedy: 'Reshape a scalar to [1]; give the sizes in the order of the ranks, the same on all workers.',
  });
}

/** @throws UserError `TFD_COLLECTIVE_ROOT` where `root` is not a rank. */
export function checkRoot(root: number, size: number): void {
  if (isCount(root) && root < size) return;
  throw new UserError({
    code: 'TFD_COLLECTIVE_ROOT',
    rule: `The root of a broadcast is the rank of a worker, from 0 to ${size - 1}.`,
    received: String(root),
    remedy: 'Give the rank of a worker that is there.',
  });
}

function isCount(number: number): boolean {
  return Number.isInteger(number) && number >= 0;
}
