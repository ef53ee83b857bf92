/** `tf.cast` to every dtype of this package. */
import { cast as castInCore, Tensor, type DataType, type TensorLike } from '@tensorflow/tfjs-core';
import { withDtype } from '../../dtypes/disguise.ts';
import { isMore } from '../../dtypes/moreDtypes.ts';
import { tensor } from './creation.ts';

/**
 * `x` as `dtype`: rounded to the nearest value that the dtype has, towards zero from fractions to whole numbers, and
 * true for all but 0.
 */
export function cast<T extends Tensor>(x: T | TensorLike, dtype: DataType): T {
  if (!isMore(dtype)) return castInCore<T>(x, dtype);
  return x instanceof Tensor
    ? withDtype(x.dtype === dtype ? x.clone<T>() : x, dtype)
    : (tensor(x, undefined, dtype) as T);
}
