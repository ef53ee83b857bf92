/** The devices of this process, and the one that operations are placed on. */
import { UserError } from '../base/errors.ts';
import { userFrame } from '../base/userFrame.ts';
import { devicesOf, type Device } from '../native/index.ts';
import { context, hasContext, setNumCpus } from './context.ts';
import { fits, mergeDevices, parseDevice, type DeviceSpec } from './deviceNames.ts';

/** The scope in force. */
interface Scope {
  readonly spec: DeviceSpec;
  /** As TensorFlow takes it; short where the cluster is left out, so that it stays true when this process joins one. */
  readonly name: string;
}

let scope: Scope | undefined;

/** Each takes memory and time to start; nobody tests with more. */
const maxCpus = 127;

/**
 * The logical devices of this process, as `tf.config.list_logical_devices` in Python: first the CPUs. The first call
 * loads TensorFlow.
 *
 * @returns For each its full name, for example `/job:localhost/replica:0/task:0/device:CPU:0`, and its type.
 */
export function listDevices(): Device[] {
  return devicesOf(context());
}

/** Name of the device that operations are placed on at this point of the program, or undefined where TensorFlow chooses. */
export function currentDevice(): string | undefined {
  return scope?.name;
}

/**
 * Runs `fn`, with the operations in it placed on a device; the variables made in it live there. As `tf.device` in
 * Python: operations on variables go where the variable is, values are copied between devices as needed, and an
 * operation that the device has no kernel for runs on the CPU. It holds until `fn` returns; in an asynchronous function
 * that is its first `await`.
 *
 * @param name - `'/CPU:0'`, `'GPU:1'`, `'/job:localhost/replica:0/task:0/device:CPU:1'`: a part that is left out is as
 *   in the scope around, or the first that there is. Null lifts the scopes around.
 * @throws UserError `TFD_DEVICE_UNKNOWN` where no device has such a name.
 */
export function device<T>(name: string | null, fn: () => T): T {
  return onDevice(name === null ? undefined : resolve(name), fn);
}

/** As `device`, for a name that `currentDevice` gave or that `deviceOf` a value is. */
export function withDevice<T>(name: string | undefined, fn: () => T): T {
  return onDevice(name === undefined ? undefined : { spec: parseDevice(name) ?? {}, name }, fn);
}

/**
 * Divides this machine into logical devices, before the first operation: to develop and test code for several devices on
 * one. They share cores and memory.
 *
 * @param cpu - Number of CPU devices, from 1 to 127.
 * @throws UserError `TFD_DEVICES_FIXED` after the first operation, `TFD_DEVICES_COUNT` for a number out of range.
 */
export function setLogicalDevices({ cpu }: { readonly cpu: number }): void {
  if (!Number.isInteger(cpu) || cpu < 1 || cpu > maxCpus) throw wrongCount(cpu);
  if (hasContext()) throw tooLate();
  setNumCpus(cpu);
}

function onDevice<T>(replacement: Scope | undefined, fn: () => T): T {
  const before = scope;
  scope = replacement;
  try {
    return fn();
  } finally {
    scope = before;
  }
}

function resolve(name: string): Scope {
  const devices = listDevices();
  const own = parseDevice(name);
  if (own === undefined) throw unknownDevice(name, devices);
  const spec = mergeDevices(scope?.spec ?? {}, own);
  const found = devices.map((each) => parseDevice(each.name) ?? {}).find((each) => fits(spec, each));
  if (found === undefined) throw unknownDevice(name, devices);
  const { job, replica, task, type = 'CPU', index = '0' } = { ...found, ...spec };
  const isNamed = spec.job !== undefined || spec.replica !== undefined || spec.task !== undefined;
  const cluster = isNamed ? `/job:${job ?? ''}/replica:${replica ?? ''}/task:${task ?? ''}` : '';
  return { spec, name: `${cluster}/device:${type}:${index}` };
}

function unknownDevice(name: string, devices: readonly Device[]): UserError {
  return new UserError({
    code: 'TFD_DEVICE_UNKNOWN',
    rule: `tf.device() takes the name of a device of this process: ${devices.map((each) => each.name).join(', ')}.`,
    received: `${JSON.stringify(name)} at ${userFrame() ?? 'an unknown line'}`,
    remedy:
      'Choose one of these, or null for none. `npx tfjs-distribute doctor` tells why a GPU is missing; tf.config.setLogicalDevices({ cpu: 2 }) makes several devices of the CPU.',
  });
}

function tooLate(): UserError {
  return new UserError({
    code: 'TFD_DEVICES_FIXED',
    rule: 'The logical devices are chosen before the first operation of the process: it makes them.',
    received: `tf.config.setLogicalDevices() at ${userFrame() ?? 'an unknown line'}, after an operation`,
    remedy: 'Call it right after the imports, before any tensor is made.',
  });
}

function wrongCount(cpu: unknown): UserError {
  return new UserError({
    code: 'TFD_DEVICES_COUNT',
    rule: `The number of logical CPU devices is a whole number from 1 to ${maxCpus}.`,
    received: String(cpu),
    remedy: 'Write for example tf.config.setLogicalDevices({ cpu: 4 }).',
  });
}
