/** The gradients of reading and adding at given positions, which TF.js lacks. Each is the other's. */
import { gatherND, registerGradient, scatterND, type GradFunc, type Tensor } from '@tensorflow/tfjs-core';

registerGradient({
  kernelName: 'GatherNd',
  inputsToSave: ['params', 'indices'],
  gradFunc: ((dy: Tensor, [params, indices]: [Tensor, Tensor]) => ({
    params: () => scatterND(indices, dy, params.shape),
    indices: () => indices,
  })) as unknown as GradFunc,
});

registerGradient({
  kernelName: 'ScatterNd',
  inputsToSave: ['indices'],
  gradFunc: ((dy: Tensor, [indices]: [Tensor]) => ({
    indices: () => indices,
    updates: () => gatherND(dy, indices),
  })) as unknown as GradFunc,
});
