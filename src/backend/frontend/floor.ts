/** Lets `floor` take whole numbers, which TF.js refuses: its sparse loss rounds labels, and labels are whole numbers. */
import { floor as floorOfFloats, Tensor, type TensorLike } from '@tensorflow/tfjs-core';
import { createRequire } from 'node:module';

/** The largest whole number that is not above each element; int32 tensors are given back as they are. */
export function floor<T extends Tensor>(x: T | TensorLike): T {
  return x instanceof Tensor && x.dtype === 'int32' ? x.clone<T>() : floorOfFloats<T>(x);
}

/** TF.js's layers read its exports at each call, so they see this one. */
export function installFloor(): void {
  const core = createRequire(import.meta.url)('@tensorflow/tfjs-core') as object;
  Object.assign(core, { floor });
}
