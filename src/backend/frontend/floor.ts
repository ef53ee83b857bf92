/** Lets `floor` take whole numbers, which TF.js refuses: its sparse loss rounds labels, and labels are whole numbers. */
import { floor as floorOfFloats, Tensor, type TensorLike } from '@tensorflow/tfjs-core';
import { replaceInCore } from './replaceInCore.ts';

/** The largest whole number that is not above each element; int32 tensors are given back as they are. */
export function floor<T extends Tensor>(x: T | TensorLike): T {
  return x instanceof Tensor && x.dtype === 'int32' ? x.clone<T>() : floorOfFloats<T>(x);
}

/** Gives it to TF.js's layers. */
export function installFloor(): void {
  replaceInCore({ floor });
}
