/** Kernels on matrices. */
import type { DiagInputs, MatrixBandPartInputs } from '@tensorflow/tfjs-core';
import { kernel, op } from '../kernel.ts';
import { cast } from './dtypes.ts';

kernel<DiagInputs>('Diag', ({ x }) => op('Diag', [x]));

kernel<MatrixBandPartInputs>('MatrixBandPart', ({ input, numLower, numUpper }) =>
  op('MatrixBandPart', [input, cast(numLower, 'int32'), cast(numUpper, 'int32')]),
);
