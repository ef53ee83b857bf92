/** Changes the dtype. */
import type { CastAttrs, CastInputs, DataType } from '@tensorflow/tfjs-core';
import { coreScope, isCallOf } from '../dtypes/coreScope.ts';
import { isMore, standInFor } from '../dtypes/moreDtypes.ts';
import { kernel } from '../kernel.ts';
import { cast } from './dtypes.ts';

interface Attributes extends CastAttrs {
  dtype: DataType;
  /** Whether the caller means this very dtype. */
  isStated?: boolean;
}

kernel<CastInputs, Attributes>('Cast', ({ x }, { dtype, isStated = false }) => {
  // TF.js's own code asks for float32 where it means numbers with fractions, and for int32 where it means whole ones.
  if (!isStated && isMore(x.dtype) && dtype === standInFor(x.dtype)) {
    const scope = coreScope();
    if (scope !== undefined && !isCallOf('cast', scope)) return x;
  }
  return cast(x, dtype);
});
