/** The same values: TF.js's `clone`. */
import type { IdentityInputs } from '@tensorflow/tfjs-core';
import { kernel, op } from '../kernel.ts';

kernel<IdentityInputs>('Identity', ({ x }) => op('Identity', [x]));
