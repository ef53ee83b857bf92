/**
 * Gradients of activation functions as single operations of TensorFlow: TF.js composes each of several, which read and
 * write all of a layer's output again.
 */
import { engine, registerGradient, type GradFunc, type Tensor } from '@tensorflow/tfjs-core';
import type { Value } from '../../tensor/index.ts';
import { kernel, op } from '../kernel.ts';

/** TF.js's kernel: TensorFlow's operation for its gradient, which takes the gradient and the output in this order. */
const activations = {
  Relu: { gradient: 'ReluGrad', order: ['dy', 'y'] },
  Relu6: { gradient: 'Relu6Grad', order: ['dy', 'y'] },
  Sigmoid: { gradient: 'SigmoidGrad', order: ['y', 'dy'] },
  Tanh: { gradient: 'TanhGrad', order: ['y', 'dy'] },
} as const;

for (const [kernelName, { gradient, order }] of Object.entries(activations)) {
  const run = (dy: Tensor, y: Tensor): Tensor => engine().runKernel(gradient, { dy, y });

  kernel<{ dy: Value; y: Value }>(gradient, (inputs) => op(gradient, [inputs[order[0]], inputs[order[1]]]));

  registerGradient({
    kernelName,
    outputsToSave: [true],
    gradFunc: ((dy: Tensor, [y]: [Tensor]) => ({ x: () => run(dy, y) })) as unknown as GradFunc,
  });

  // It is linear in `dy`. Second derivatives along `y` are not defined: TF.js's tape does not link outputs that it keeps.
  registerGradient({
    kernelName: gradient,
    inputsToSave: ['y'],
    gradFunc: ((ddx: Tensor, [y]: [Tensor]) => ({ dy: () => run(ddx, y) })) as unknown as GradFunc,
  });
}
