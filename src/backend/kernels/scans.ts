/** Kernels that accumulate along an axis. */
import type { CumsumAttrs, CumsumInputs } from '@tensorflow/tfjs-core';
import { kernel, op, scalar } from '../kernel.ts';
import { toNumbers } from './dtypes.ts';

for (const name of ['Cumsum', 'Cumprod']) {
  kernel<CumsumInputs, CumsumAttrs>(name, ({ x }, { axis, exclusive, reverse }) =>
    op(name, [toNumbers(x), scalar(axis, 'int32')], { exclusive, reverse }),
  );
}
