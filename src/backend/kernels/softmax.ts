/** Softmax and its logarithm, over the last axis. */
import type { LogSoftmaxInputs, SoftmaxInputs } from '@tensorflow/tfjs-core';
import { kernel, op } from '../kernel.ts';
import { toFloat } from './dtypes.ts';

kernel<SoftmaxInputs>('Softmax', ({ logits }) => op('Softmax', [toFloat(logits)]));
kernel<LogSoftmaxInputs>('LogSoftmax', ({ logits }) => op('LogSoftmax', [toFloat(logits)]));
