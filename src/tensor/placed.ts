/** Copies tensors that JavaScript has made to the device in force. */
import { check, library, status } from '../native/index.ts';
import { context } from './context.ts';
import { currentDevice } from './devices.ts';
import { EagerTensor } from './value.ts';

/** `tensor` where `tf.device` says that it shall be; takes over its ownership. */
export function placed(tensor: EagerTensor): EagerTensor {
  const device = currentDevice();
  if (device === undefined) return tensor;
  try {
    const handle = library().TFE_TensorHandleCopyToDevice(tensor.handle, context(), device, status());
    check(`copying a tensor to ${device}`);
    return new EagerTensor(handle);
  } finally {
    tensor.dispose();
  }
}
