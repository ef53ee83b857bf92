/** The cross-entropy of a softmax and its gradient, in one pass over the logits. */
import type { Value } from '../../tensor/index.ts';
import { kernel, ops } from '../kernel.ts';

/** Of [n, classes] each: the loss of each row, and its gradient with respect to the logits. */
kernel<{ logits: Value; labels: Value }>('SoftmaxCrossEntropyWithLogits', ({ logits, labels }) =>
  ops('SoftmaxCrossEntropyWithLogits', [logits, labels]),
);
