/** Truth values do not change with small changes of what is compared: TF.js says so of one comparison only. */
import { registerGradient, zerosLike, type GradFunc, type Tensor } from '@tensorflow/tfjs-core';

for (const kernelName of ['Equal', 'Greater', 'Less', 'LessEqual', 'NotEqual']) {
  registerGradient({
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: ((_: Tensor, [a, b]: [Tensor, Tensor]) => ({
      a: () => zerosLike(a),
      b: () => zerosLike(b),
    })) as unknown as GradFunc,
  });
}
