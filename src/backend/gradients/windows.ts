/**
 * Gradients of convolutions and pooling that pass all attributes on. TF.js's own leave out the rounding of sizes, and
 * refuse dilations.
 */
import { engine, registerGradient, type GradFunc, type NamedAttrMap, type Tensor } from '@tensorflow/tfjs-core';

interface Gradients {
  [input: string]: () => Tensor;
}

/** Registers the gradient of a kernel that saves `inputs`, and its output where `withOutput` is set. */
function register(
  kernelName: string,
  inputsToSave: string[],
  withOutput: boolean,
  gradients: (dy: Tensor, saved: Tensor[], attrs: NamedAttrMap) => Gradients,
): void {
  registerGradient({ kernelName, inputsToSave, outputsToSave: [withOutput], gradFunc: gradients as GradFunc });
}

for (const [name, version] of Object.entries({ Conv2D: '', DepthwiseConv2dNative: '', Conv3D: 'V2' })) {
  const backprop = (of: string): string => `${name}Backprop${of}${version}`;
  register(name, ['x', 'filter'], false, (dy, saved, attrs) => {
    const [x, filter] = saved as [Tensor, Tensor];
    return {
      x: () => engine().runKernel(backprop('Input'), { dy, filter }, { ...attrs, inputShape: x.shape }),
      filter: () => engine().runKernel(backprop('Filter'), { x, dy }, { ...attrs, filterShape: filter.shape }),
    };
  });
}

register('MaxPool', ['x'], true, (dy, saved, attrs) => {
  const [input, output] = saved as [Tensor, Tensor];
  return { x: () => engine().runKernel('MaxPoolGrad', { dy, input, output }, attrs) };
});

register('AvgPool', ['x'], false, (dy, saved, attrs) => {
  const [input] = saved as [Tensor];
  return { x: () => engine().runKernel('AvgPoolGrad', { dy, input }, attrs) };
});
