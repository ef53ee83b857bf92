/**
 * The methods of TF.js's tensors that stand for operations, such as `x.add(y)`. Node cannot load TF.js's own
 * registration of them: it is an ES module without file extensions.
 */
import * as core from '@tensorflow/tfjs-core';
import { Tensor, type DataType } from '@tensorflow/tfjs-core';

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

type Operation = (...args: unknown[]) => unknown;
type Method = (this: Tensor, ...args: never[]) => unknown;

/** The methods whose arguments are another list than the operation's. */
const others: Record<string, Method> = {
  as1D() {
    return core.reshape(this, [this.size]);
  },
  as2D(...shape: number[]) {
    return core.reshape(this, shape);
  },
  as3D(...shape: number[]) {
    return core.reshape(this, shape);
  },
  as4D(...shape: number[]) {
    return core.reshape(this, shape);
  },
  as5D(...shape: number[]) {
    return core.reshape(this, shape);
  },
  asScalar() {
    core.util.assert(this.size === 1, () => 'The array must have only 1 element.');
    return core.reshape(this, []);
  },
  asType(dtype: DataType) {
    return core.cast(this, dtype);
  },
  concat(more: Tensor | Tensor[], axis?: number) {
    return core.concat([this, more].flat(), axis);
  },
  flatten() {
    return core.reshape(this, [this.size]);
  },
  reshapeAs(other: Tensor) {
    return core.reshape(this, other.shape);
  },
  stack(more: Tensor | Tensor[], axis?: number) {
    return core.stack([this, more].flat(), axis);
  },
  toBool() {
    return core.cast(this, 'bool');
  },
  toFloat() {
    return core.cast(this, 'float32');
  },
  toInt() {
    return core.cast(this, 'int32');
  },
  where(condition: Tensor, other: Tensor) {
    return core.where(condition, this, other);
  },
};

/** Gives all tensors these methods. */
export function installChainedOps(): void {
  const operations = { ...core.image, ...core } as unknown as Record<string, Operation>;
  for (const name of sameArguments.trim().split(/\s+/)) {
    define(name, function (this: Tensor, ...args: unknown[]) {
      return operations[name]?.(this, ...args);
    });
  }
  for (const [name, method] of Object.entries(others)) define(name, method as Operation);
}

function define(name: string, compute: (this: Tensor, ...args: unknown[]) => unknown): void {
  const method = function (this: Tensor, ...args: unknown[]): unknown {
    this.throwIfDisposed();
    return compute.apply(this, args);
  };
  Object.defineProperty(method, 'name', { value: name });
  Object.defineProperty(Tensor.prototype, name, {
    value: method,
    writable: true,
    configurable: true,
    enumerable: true,
  });
}
