/** Names of devices as people write them: `/CPU:0`, `GPU:1`, `/job:worker/task:1/device:CPU:0`. */

/** The parts of a name; what is left out fits any. */
export interface DeviceSpec {
  readonly job?: string;
  readonly replica?: string;
  readonly task?: string;
  /** In capitals. */
  readonly type?: string;
  readonly index?: string;
}

const cluster = /^(job|replica|task):(\w+)$/i;
const local = /^(?:device:)?([a-z][a-z_0-9]*)(?::(\d+|\*))?$/i;

/** The parts of `name`, or undefined where it is no name of a device. */
export function parseDevice(name: string): DeviceSpec | undefined {
  let spec: DeviceSpec = {};
  for (const part of name.split('/')) {
    if (part === '') continue;
    const [, key = '', value] = cluster.exec(part) ?? [];
    const [, type, index = '*'] = local.exec(part) ?? [];
    if (value !== undefined) spec = { ...spec, [key.toLowerCase()]: value };
    else if (type !== undefined) spec = { ...spec, type: type.toUpperCase(), ...(index === '*' ? {} : { index }) };
    else return undefined;
  }
  return spec;
}

/** `inner` inside of `outer`: what it leaves out is as outside. */
export function mergeDevices(outer: DeviceSpec, inner: DeviceSpec): DeviceSpec {
  if (inner.type === undefined) return { ...outer, ...inner };
  const { job, replica, task } = outer;
  return Object.fromEntries(
    Object.entries({ job, replica, task, ...inner }).filter(([, value]) => value !== undefined),
  );
}

/** Whether a device that has all parts of its name is one that `spec` means. */
export function fits(spec: DeviceSpec, device: DeviceSpec): boolean {
  return (Object.keys(spec) as (keyof DeviceSpec)[]).every((key) => spec[key] === device[key]);
}
