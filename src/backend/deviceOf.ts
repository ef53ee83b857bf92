/** `tf.deviceOf`: where a tensor or a variable lies. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { eagerExecutor, EagerTensor, executor } from '../tensor/index.ts';
import { dataOf } from './backend.ts';

/**
 * Full name of the device in whose memory `tensor` lies, for example `/job:localhost/replica:0/task:0/device:CPU:0`.
 *
 * @returns Undefined inside a compiled function, where it is not known before the function runs.
 */
export function deviceOf(tensor: Tensor): string | undefined {
  const data = dataOf(tensor.dataId);
  if (data.variable !== undefined) return data.variable.resource.device;
  if (executor() !== eagerExecutor()) return undefined;
  const value = data.value(() => undefined);
  return value instanceof EagerTensor ? value.device : undefined;
}
