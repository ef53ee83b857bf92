/**
 * TF.js's operations on two operands, where one of them may be a plain number: with a tensor of a dtype that TF.js lacks,
 * it becomes one of that dtype. TF.js would round it to float32 first.
 */
import * as core from '@tensorflow/tfjs-core';
import { Tensor } from '@tensorflow/tfjs-core';
import { isMore, moreDtypesInUse } from '../../dtypes/moreDtypes.ts';
import { tensor } from './creation.ts';

type Operation = (a: never, b: never) => Tensor;

export const add = exact(core.add);
export const sub = exact(core.sub);
export const mul = exact(core.mul);
export const div = exact(core.div);
export const divNoNan = exact(core.divNoNan);
export const floorDiv = exact(core.floorDiv);
export const mod = exact(core.mod);
export const pow = exact(core.pow);
export const maximum = exact(core.maximum);
export const minimum = exact(core.minimum);
export const squaredDifference = exact(core.squaredDifference);
export const atan2 = exact(core.atan2);
export const equal = exact(core.equal);
export const notEqual = exact(core.notEqual);
export const greater = exact(core.greater);
export const greaterEqual = exact(core.greaterEqual);
export const less = exact(core.less);
export const lessEqual = exact(core.lessEqual);
export const prelu = exact(core.prelu);

function exact<F extends Operation>(operation: F): F {
  const run = operation as unknown as (a: unknown, b: unknown) => Tensor;
  return ((a: unknown, b: unknown) =>
    moreDtypesInUse() ? run(likeOther(a, b), likeOther(b, a)) : run(a, b)) as unknown as F;
}

/** `x` with the dtype of `other`, where that is one that TF.js lacks and holds `x`. */
function likeOther(x: unknown, other: unknown): unknown {
  if (x instanceof Tensor || !(other instanceof Tensor)) return x;
  const { dtype } = other as Tensor;
  const fits = dtype === 'int64' ? typeof x === 'bigint' || Number.isInteger(x) : isMore(dtype);
  return fits ? tensor(x as number, undefined, dtype) : x;
}
