/** The gradient of addition; that of a bias is one operation, which is fused with the gradient of the layer's weights. */
import { broadcastTo, engine, registerGradient, type GradFunc, type Tensor } from '@tensorflow/tfjs-core';
import { sumTo } from './sumTo.ts';

type Pair = [a: Tensor, b: Tensor];

registerGradient({
  kernelName: 'Add',
  inputsToSave: ['a', 'b'],
  gradFunc: ((dy: Tensor, [a, b]: Pair) => ({
    a: () => sumTo(a.shape, dy),
    b: () => (isBias(dy, b) ? engine().runKernel('BiasAddGrad', { dy }) : sumTo(b.shape, dy)),
  })) as unknown as GradFunc,
});

registerGradient({
  kernelName: 'BiasAddGrad',
  inputsToSave: ['dy'],
  gradFunc: ((ddb: Tensor, [dy]: [Tensor]) => ({ dy: () => broadcastTo(ddb, dy.shape) })) as unknown as GradFunc,
});

function isBias(dy: Tensor, b: Tensor): boolean {
  return dy.rank > 1 && b.rank === 1 && b.shape[0] === dy.shape.at(-1) && dy.dtype === 'float32';
}
