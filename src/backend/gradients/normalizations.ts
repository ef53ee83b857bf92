/** The gradients of the normalizations, through the normalized values only. */
import { engine, registerGradient, type GradFunc, type NamedAttrMap, type Tensor } from '@tensorflow/tfjs-core';

registerGradient({
  kernelName: 'BatchNormTraining',
  inputsToSave: ['x', 'scale'],
  outputsToSave: [false, false, false, true, true, true],
  gradFunc: (([dy]: [Tensor], saved: Tensor[], attributes: NamedAttrMap) => {
    const [x, scale, first, second, third] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor];
    return gradients('BatchNormTrainingGrad', { dy, x, scale, first, second, third }, attributes);
  }) as unknown as GradFunc,
});

registerGradient({
  kernelName: 'LayerNorm',
  inputsToSave: ['scale'],
  outputsToSave: [false, true, true],
  gradFunc: (([dy]: [Tensor], saved: Tensor[]) => {
    const [scale, normalized, inverse] = saved as [Tensor, Tensor, Tensor];
    return gradients('LayerNormGrad', { dy, normalized, inverse, scale });
  }) as unknown as GradFunc,
});

/** Computed here and not one by one: TF.js gives back what each of these functions makes, except for its result. */
function gradients(
  kernelName: string,
  inputs: Record<string, Tensor>,
  attributes?: NamedAttrMap,
): Record<string, () => Tensor> {
  const [x, scale, offset] = engine().runKernel<Tensor[]>(kernelName, inputs, attributes) as [Tensor, Tensor, Tensor];
  return { x: () => x, scale: () => scale, offset: () => offset };
}
