/** Lists the devices that TensorFlow sees on this machine. */
import type { ContextHandle } from './bindings/handles.ts';
import { library } from './library.ts';
import { check, status } from './status.ts';

/** A device: its TensorFlow name, for example `/job:localhost/replica:0/task:0/device:CPU:0`, and its type. */
export interface Device {
  readonly name: string;
  readonly type: string;
}

/** The devices of this process. Loads the library. */
export function listDevices(): Device[] {
  const tf = library();
  const options = tf.TFE_NewContextOptions();
  const context = tf.TFE_NewContext(options, status());
  tf.TFE_DeleteContextOptions(options);
  check('a new context');
  try {
    return devicesOf(context);
  } finally {
    tf.TFE_DeleteContext(context);
  }
}

/** The devices of a context. */
export function devicesOf(context: ContextHandle): Device[] {
  const tf = library();
  const list = tf.TFE_ContextListDevices(context, status());
  check('the list of devices');
  try {
    return Array.from({ length: tf.TF_DeviceListCount(list) }, (_, index) => ({
      name: tf.TF_DeviceListName(list, index, status()),
      type: tf.TF_DeviceListType(list, index, status()),
    }));
  } finally {
    tf.TF_DeleteDeviceList(list);
  }
}
