/** Gradients of kernels on two inputs that broadcast: TF.js's own fail where the shapes differ. */
import {
  cast,
  greaterEqual,
  less,
  lessEqual,
  greater,
  mul,
  neg,
  registerGradient,
  sub,
  type GradFunc,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { sumTo } from './sumTo.ts';

type Pair = [a: Tensor, b: Tensor];

/** The factors of `dy` for both inputs, before they are summed to the inputs' shapes. */
const factors: Readonly<Record<string, (a: Tensor, b: Tensor) => Pair>> = {
  Maximum: (a, b) => [cast(greaterEqual(a, b), 'float32'), cast(less(a, b), 'float32')],
  Minimum: (a, b) => [cast(lessEqual(a, b), 'float32'), cast(greater(a, b), 'float32')],
  SquaredDifference: (a, b) => {
    const twice = mul(2, sub(a, b));
    return [twice, neg(twice)];
  },
};

for (const [kernelName, compute] of Object.entries(factors)) {
  registerGradient({
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: ((dy: Tensor, [a, b]: Pair) => ({
      a: () => sumTo(a.shape, mul(dy, compute(a, b)[0])),
      b: () => sumTo(b.shape, mul(dy, compute(a, b)[1])),
    })) as unknown as GradFunc,
  });
}
