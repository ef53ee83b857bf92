/** Changes the dtype. */
import type { CastAttrs, CastInputs } from '@tensorflow/tfjs-core';
import { kernel } from '../kernel.ts';
import { cast } from './dtypes.ts';

kernel<CastInputs, CastAttrs>('Cast', ({ x }, { dtype }) => cast(x, dtype));
