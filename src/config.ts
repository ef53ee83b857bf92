/** `tf.config`: what this process has, chosen before its first operation. */
export { setLogicalDevices } from './tensor/index.ts';
