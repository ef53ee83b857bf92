/** The gradient of the fused softmax cross-entropy, which its kernel has computed already. */
import { expandDims, logSoftmax, mul, neg, registerGradient, type GradFunc, type Tensor } from '@tensorflow/tfjs-core';

registerGradient({
  kernelName: 'SoftmaxCrossEntropyWithLogits',
  inputsToSave: ['logits'],
  outputsToSave: [false, true],
  gradFunc: (([dy]: Tensor[], [logits, gradient]: [Tensor, Tensor]) => {
    const column = expandDims(dy as Tensor, -1);
    return { logits: () => mul(column, gradient), labels: () => mul(column, neg(logSoftmax(logits))) };
  }) as unknown as GradFunc,
});
