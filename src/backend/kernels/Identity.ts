/**
 * The same values: TF.js's `clone`, which it calls for every tensor that a gradient keeps. The copy shares the data; only
 * a variable's is read, because it may change.
 */
import { registerKernel, Variable, type TensorInfo } from '@tensorflow/tfjs-core';
import { backendName, dataOf } from '../backend.ts';
import { op, run, toValue } from '../kernel.ts';

registerKernel({
  kernelName: 'Identity',
  backendName,
  kernelFunc: ({ inputs }) => {
    const { x } = inputs as { x: TensorInfo };
    const data = dataOf(x.dataId);
    if (x instanceof Variable || data.variable !== undefined) return run(() => op('Identity', [toValue(x)]));
    data.refCount += 1;
    return { dataId: data, shape: x.shape, dtype: data.dtype as TensorInfo['dtype'] };
  },
});
