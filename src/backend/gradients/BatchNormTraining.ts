/** The gradient of a normalization by the batch's own mean and variance, through the normalized values only. */
import { engine, registerGradient, type GradFunc, type NamedAttrMap, type Tensor } from '@tensorflow/tfjs-core';

registerGradient({
  kernelName: 'BatchNormTraining',
  inputsToSave: ['x', 'scale'],
  outputsToSave: [false, false, false, true, true, true],
  gradFunc: (([dy]: [Tensor], saved: Tensor[], attributes: NamedAttrMap) => {
    const [x, scale, first, second, third] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor];
    const inputs = { dy, x, scale, first, second, third };
    // Not one by one: TF.js gives back what each of these functions makes, except for its result.
    const [dx, dScale, dOffset] = engine().runKernel<Tensor[]>('BatchNormTrainingGrad', inputs, attributes);
    return { x: () => dx, scale: () => dScale, offset: () => dOffset };
  }) as unknown as GradFunc,
});
