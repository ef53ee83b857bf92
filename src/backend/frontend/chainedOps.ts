/**
 * The methods of TF.js's tensors that stand for operations, such as `x.add(y)`. Node cannot load TF.js's own
 * registration of them: it is an ES module without file extensions.
 */
import * as core from '@tensorflow/tfjs-core';
import { Tensor, type DataType } from '@tensorflow/tfjs-core';
import { cast } from './dtypes/cast.ts';
import * as numbers from './dtypes/numbers.ts';

// The types of the methods, for whoever imports this package.
export type * from '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';

/** Operations that, as methods, take the tensor as their first argument and the method's arguments after it. */
const sameArguments = `
  abs acos acosh add all any argMax argMin asin asinh atan atan2 atanh avgPool batchNorm batchToSpaceND broadcastTo
  cast ceil clipByValue conv1d conv2d conv2dTranspose cos cosh cumprod cumsum depthToSpace depthwiseConv2d dilation2d
  div divNoNan dot elu equal erf euclideanNorm exp expandDims expm1 fft floor floorDiv gather greater greaterEqual ifft
  irfft isFinite isInf isNaN leakyRelu less lessEqual localResponseNormalization log log1p logSigmoid logSoftmax
  logSumExp logicalAnd logicalNot logicalOr logicalXor matMul max maxPool maximum mean min minimum mirrorPad mod mul neg
  norm notEqual oneHot onesLike pad pool pow prelu prod reciprocal relu relu6 reshape resizeBilinear
  resizeNearestNeighbor reverse rfft round rsqrt selu separableConv2d sigmoid sign sin sinh slice softmax softplus
  spaceToBatchND split sqrt square squaredDifference squeeze step stridedSlice sub sum tan tanh tile topk transpose
  unique unsortedSegmentSum unstack zerosLike`;

type Method = (this: Tensor, ...args: never[]) => unknown;

/** The operations of TF.js by name. */
export type Operations = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/** Gives all tensors these methods. */
export function installChainedOps(): void {
  const operations = { ...core.image, ...core, ...numbers, cast } as unknown as Operations;
  for (const [name, method] of Object.entries(chainedMethods(operations))) {
    Object.defineProperty(Tensor.prototype, name, { value: method, writable: true, configurable: true });
  }
}

/** The methods by name, in terms of the operations given. */
export function chainedMethods(operations: Operations): Record<string, Method> {
  const methods = { ...otherArguments(operations as unknown as typeof core) };
  for (const name of sameArguments.trim().split(/\s+/)) {
    methods[name] = function (this: Tensor, ...args: unknown[]) {
      return operations[name]?.(this, ...args);
    };
  }
  return Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, checked(name, method)]));
}

/** Methods whose arguments are another list than their operation's. */
function otherArguments({ cast, concat, reshape, stack, util, where }: typeof core): Record<string, Method> {
  const methods: Record<string, Method> = {
    asScalar() {
      util.assert(this.size === 1, () => 'The array must have only 1 element.');
      return reshape(this, []);
    },
    asType(dtype: DataType) {
      return cast(this, dtype);
    },
    concat(more: Tensor | Tensor[], axis?: number) {
      return concat([this, more].flat(), axis);
    },
    reshapeAs(other: Tensor) {
      return reshape(this, other.shape);
    },
    stack(more: Tensor | Tensor[], axis?: number) {
      return stack([this, more].flat(), axis);
    },
    where(condition: Tensor, other: Tensor) {
      return where(condition, this, other);
    },
  };
  for (const name of ['flatten', 'as1D']) {
    methods[name] = function () {
      return reshape(this, [this.size]);
    };
  }
  for (const name of ['as2D', 'as3D', 'as4D', 'as5D']) {
    methods[name] = function (...shape: number[]) {
      return reshape(this, shape);
    };
  }
  for (const [name, dtype] of [
    ['toBool', 'bool'],
    ['toFloat', 'float32'],
    ['toInt', 'int32'],
  ] as const) {
    methods[name] = function () {
      return cast(this, dtype);
    };
  }
  return methods;
}

/** `method`, which first makes sure that the tensor has not been disposed. */
function checked(name: string, method: Method): Method {
  const compute = function (this: Tensor, ...args: never[]): unknown {
    this.throwIfDisposed();
    return method.apply(this, args);
  };
  return Object.defineProperty(compute, 'name', { value: name });
}
