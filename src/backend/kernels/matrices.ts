/** Kernels on matrices. */
import type { DiagInputs, MatrixBandPartInputs } from '@tensorflow/tfjs-core';
import { kernel, op } from '../kernel.ts';
import { cast, toNumbers } from './dtypes.ts';

kernel<DiagInputs>('Diag', ({ x }) => cast(op('Diag', [toNumbers(x)]), x.dtype));

kernel<MatrixBandPartInputs>('MatrixBandPart', ({ input, numLower, numUpper }) =>
  op('MatrixBandPart', [input, cast(numLower, 'int32'), cast(numUpper, 'int32')]),
);
