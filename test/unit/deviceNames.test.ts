/** Names of devices: what people write, inside of what is in force, and which device that means. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fits, mergeDevices, parseDevice, type DeviceSpec } from '../../src/tensor/deviceNames.ts';

const whole = '/job:worker/replica:0/task:2/device:GPU:1';
const all: DeviceSpec = { job: 'worker', replica: '0', task: '2', type: 'GPU', index: '1' };

test('names in all their forms', { timeout: 1000 }, () => {
  assert.deepEqual(parseDevice(whole), all);
  for (const name of ['GPU:1', '/gpu:1', 'device:GPU:1', '/device:gpu:1']) {
    assert.deepEqual(parseDevice(name), { type: 'GPU', index: '1' }, name);
  }
  for (const name of ['CPU', '/device:CPU:*']) assert.deepEqual(parseDevice(name), { type: 'CPU' }, name);
  assert.deepEqual(parseDevice('/device:XLA_CPU:0'), { type: 'XLA_CPU', index: '0' });
  assert.deepEqual(parseDevice('/task:1'), { task: '1' });
  assert.deepEqual(parseDevice(''), {});
  for (const name of ['CPU:x', 'CPU 0', 'CPU:0:1', 'task:1:', '/device:'])
    assert.equal(parseDevice(name), undefined, name);
});

test('a scope in a scope keeps what it leaves out, but not the number of another type', { timeout: 1000 }, () => {
  const merged = (outer: string, inner: string): DeviceSpec =>
    mergeDevices(parseDevice(outer) ?? {}, parseDevice(inner) ?? {});
  assert.deepEqual(merged(whole, 'CPU'), { job: 'worker', replica: '0', task: '2', type: 'CPU' });
  assert.deepEqual(merged(whole, '/task:1'), { ...all, task: '1' });
  assert.deepEqual(merged('CPU:1', ''), { type: 'CPU', index: '1' });
  assert.deepEqual(merged('CPU:1', 'CPU:2'), { type: 'CPU', index: '2' });
});

test('a device fits where all that is named is equal', { timeout: 1000 }, () => {
  for (const name of ['', 'GPU', 'GPU:1', '/task:2', whole]) assert.ok(fits(parseDevice(name) ?? {}, all), name);
  for (const name of ['CPU', 'GPU:0', '/task:1/GPU:1']) assert.ok(!fits(parseDevice(name) ?? {}, all), name);
});
