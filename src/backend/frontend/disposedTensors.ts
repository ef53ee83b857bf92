/** Makes TF.js say what to do where a disposed tensor is used. */
import { Tensor } from '@tensorflow/tfjs-core';
import { disposedTensor } from '../../tensor/index.ts';

/** From now on TF.js raises UserError `TFD_TENSOR_DISPOSED`. */
export function installDisposedTensors(): void {
  Tensor.prototype.throwIfDisposed = function throwIfDisposed(): void {
    if (this.isDisposed) throw disposedTensor();
  };
}
