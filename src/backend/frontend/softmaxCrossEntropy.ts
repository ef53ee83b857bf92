/** `tf.losses.softmaxCrossEntropy` on TensorFlow's fused operation; TF.js composes it of a dozen. */
import { add, cast, engine, losses, mul, reshape, type Tensor } from '@tensorflow/tfjs-core';
import { isFraction } from '../dtypes/moreDtypes.ts';

type Loss = typeof losses.softmaxCrossEntropy;

/** Puts it in the place of TF.js's, which checks the arguments of the cases that are left to it. */
export function installSoftmaxCrossEntropy(): void {
  const composed: Loss = losses.softmaxCrossEntropy;
  const fused: Loss = (onehotLabels, logits, weights, labelSmoothing = 0, reduction) => {
    const [labels, scores] = [onehotLabels, logits] as [Partial<Tensor>, Partial<Tensor>];
    if (
      !isMatrix(labels) ||
      !isMatrix(scores) ||
      !isFraction(scores.dtype) ||
      labels.shape.join() !== scores.shape.join()
    ) {
      return composed(onehotLabels, logits, weights, labelSmoothing, reduction);
    }
    const [numRows = 0, numClasses = 1] = labels.shape;
    // The one-hot labels that TF.js makes are int32.
    const exact = isFraction(labels.dtype) ? labels : cast(labels, scores.dtype);
    const smoothed = labelSmoothing > 0 ? add(mul(exact, 1 - labelSmoothing), labelSmoothing / numClasses) : exact;
    const [loss] = engine().runKernel<Tensor[]>('SoftmaxCrossEntropyWithLogits', { logits: scores, labels: smoothed });
    return losses.computeWeightedLoss(reshape(loss as Tensor, [numRows]), weights, reduction);
  };
  Object.assign(losses, { softmaxCrossEntropy: fused });
}

function isMatrix(value: Partial<Tensor>): value is Tensor {
  return value.rank === 2;
}
