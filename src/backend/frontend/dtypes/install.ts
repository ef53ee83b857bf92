/** Lets TF.js's layers work with every dtype of this package, and its tensors print them. */
import { Tensor } from '@tensorflow/tfjs-core';
import { withDtype } from '../../dtypes/disguise.ts';
import { replaceInCore } from '../replaceInCore.ts';
import { cast } from './cast.ts';
import { ones, scalar, tensor, tensor1d, tensor2d, tensor3d, tensor4d, tensor5d, tensor6d, zeros } from './creation.ts';
import * as numbers from './numbers.ts';

export function installDtypes(): void {
  const vectors = { tensor1d, tensor2d, tensor3d, tensor4d, tensor5d, tensor6d };
  replaceInCore({ ...numbers, ...vectors, cast, ones, scalar, tensor, zeros });

  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with `this` below.
  const toText = Tensor.prototype.toString;
  Tensor.prototype.toString = function toString(this: Tensor, verbose?: boolean): string {
    // TF.js prints numbers only, and these are read as bigint.
    if (this.dtype !== 'int64') return toText.call(this, verbose);
    const numbers = withDtype<Tensor>(this, 'float64');
    const text = toText.call(numbers, verbose).replace('dtype: float64', 'dtype: int64');
    numbers.dispose();
    return text;
  };
}
