/** `tf.device`: where operations run and where their results lie, at once and in compiled functions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '../src/index.ts';
import { library, readBuffer, status } from '../src/native/index.ts';
import { decode, RunMetadataSchema } from '../src/native/protos/index.ts';
import { context } from '../src/tensor/context.ts';
import { numLiveTensors } from '../src/tensor/index.ts';

const timeout = 60_000;
const prefix = '/job:localhost/replica:0/task:0/device:';
const values = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());
const placeOf = (tensor: tf.Tensor): string | undefined => tf.deviceOf(tensor)?.replace(prefix, '');

tf.config.setLogicalDevices({ cpu: 4 });

/** The operations of the functions that `fn` has TensorFlow build, by the device that TensorFlow gave them to. */
async function built(fn: () => Promise<unknown>): Promise<Map<string, string[]>> {
  library().TFE_ContextEnableRunMetadata(context());
  try {
    await fn();
    const bytes = readBuffer('run metadata', (buffer) => {
      library().TFE_ContextExportRunMetadata(context(), buffer, status());
    });
    const nodes = decode(RunMetadataSchema, bytes).functionGraphs.flatMap(({ partitionGraphs }) =>
      partitionGraphs.flatMap(({ node }) => node),
    );
    const devices = new Map<string, string[]>();
    for (const { op, device } of nodes) {
      const place = device.replace(prefix, '');
      devices.set(place, [...(devices.get(place) ?? []), op]);
    }
    return devices;
  } finally {
    library().TFE_ContextDisableRunMetadata(context());
  }
}

test('the logical devices are listed', { timeout }, () => {
  assert.deepEqual(
    tf.listDevices(),
    [0, 1, 2, 3].map((index) => ({ name: `${prefix}CPU:${index}`, type: 'CPU' })),
  );
});

test('at once: tensors and results lie on the device, nested, merged and lifted again', { timeout }, () => {
  assert.equal(placeOf(tf.ones([2])), 'CPU:0');
  const made = tf.device('/CPU:1', () => tf.tensor1d([1, 2]));
  assert.equal(placeOf(made), 'CPU:1');
  for (const name of ['CPU:2', '/cpu:2', 'device:CPU:2', '/device:CPU:2', `${prefix}CPU:2`, '/task:0/device:cpu:2']) {
    const result = tf.device(name, () => made.add(1));
    assert.equal(placeOf(result), 'CPU:2', name);
    assert.deepEqual(values(result), [2, 3]);
  }
  tf.device('CPU:3', () => {
    assert.equal(placeOf(made.add(1)), 'CPU:3');
    assert.equal(placeOf(tf.device('/job:localhost', () => made.add(1))), 'CPU:3', 'merged');
    assert.equal(placeOf(tf.device('CPU', () => made.add(1))), 'CPU:0', 'the first of its type');
    assert.equal(placeOf(tf.device(null, () => made.add(1))), 'CPU:0');
    assert.equal(placeOf(tf.device('CPU:1', () => made.add(1))), 'CPU:1');
    assert.equal(placeOf(made.add(1)), 'CPU:3', 'back in the scope around');
  });
  const failed = (): unknown =>
    tf.device('CPU:3', () => {
      throw new RangeError('stop');
    });
  assert.throws(failed, RangeError);
  assert.equal(placeOf(made.add(tf.device('CPU:2', () => tf.ones([2])))), 'CPU:0', 'copied from two devices');
});

test('compiled: operations run on their devices, and results lie there', { timeout }, async () => {
  const fn = tf.function((x: tf.Tensor) => {
    const doubled = tf.device('CPU:1', () => x.mul(2));
    const [product, free] = tf.device('CPU:2', (): [tf.Tensor, tf.Tensor] => [
      doubled.mul(doubled),
      tf.device(null, () => x.sub(1)),
    ]);
    return [doubled, product, free, product.sum()] as const;
  });
  const x = tf.tensor1d([1, 2, 3]);
  const results = await fn(x);
  assert.deepEqual(results.map(placeOf), ['CPU:1', 'CPU:2', 'CPU:0', 'CPU:0']);
  assert.deepEqual(results.map(values), [[2, 4, 6], [4, 16, 36], [0, 1, 2], [56]]);
  assert.deepEqual(
    fn.inspect(x).flatMap(({ op, device }) => (op === 'Mul' ? [device] : [])),
    ['/device:CPU:1', '/device:CPU:2'],
  );
});

test('a function that is called in a scope is traced for it', { timeout }, async () => {
  const fn = tf.function((x: tf.Tensor) => x.add(1));
  const x = tf.scalar(1);
  for (const name of ['CPU:1', 'CPU:2', 'CPU:1']) assert.equal(placeOf(await tf.device(name, () => fn(x))), name);
  assert.equal(placeOf(await fn(x)), 'CPU:0');
  assert.equal(fn.numTraces, 3);
});

test('a variable lives where it was made, and what changes it runs there', { timeout }, async () => {
  const weight = tf.device('CPU:3', () => tf.variable(tf.tensor1d([1, 2])));
  const other = tf.device('CPU:2', () => tf.variable(tf.tensor1d([1, 1])));
  const optimizer = tf.train.adam(0.1);
  const step = tf.function(() =>
    tf.device('CPU:1', () => {
      weight.assign(weight.add(1));
      return optimizer.minimize(() => weight.mul(other).sum(), true, [weight, other]) as tf.Scalar;
    }),
  );
  const devices = await built(step);
  assert.deepEqual([weight, other].map(placeOf), ['CPU:3', 'CPU:2']);
  const placesOf = (name: string): string[] =>
    [...devices].flatMap(([place, ops]) => (ops.includes(name) ? [place] : [])).sort();
  assert.deepEqual(placesOf('AssignVariableOp'), ['CPU:3']);
  assert.deepEqual(placesOf('ResourceApplyAdam'), ['CPU:2', 'CPU:3']);
  assert.deepEqual(placesOf('Sum'), ['CPU:1']);
  assert.deepEqual(values(weight.round()), [2, 3]);
  tf.device('CPU:0', () => {
    weight.assign(tf.tensor1d([5, 6]));
  });
  assert.equal(placeOf(weight), 'CPU:3');
  assert.deepEqual(values(weight), [5, 6]);
});

test('devices in loops and branches, and in their gradients', { timeout }, async () => {
  const run = (x: tf.Tensor): tf.Tensor =>
    tf.whileLoop(
      (v) => v.sum().less(50),
      (v) =>
        tf.cond(
          v.sum().greater(20),
          () => tf.device('CPU:2', () => v.mul(x)),
          () => tf.device('CPU:1', () => v.square()),
        ),
      x,
    );
  const fn = tf.function((x: tf.Tensor) => tf.grad((y: tf.Tensor) => run(y).sum())(x));
  const x = tf.tensor1d([2, 3]);
  const devices = await built(async () => {
    assert.deepEqual(values(await fn(x)), values(tf.grad((y: tf.Tensor) => run(y).sum())(x)));
  });
  assert.ok(devices.get('CPU:1')?.includes('Square'), [...devices.keys()].join());
  assert.ok(devices.get('CPU:2')?.includes('Mul'), [...devices.keys()].join());
});

test(
  'a device that is not there is refused with the list, at once and while a function is traced',
  { timeout },
  async () => {
    const refused = (error: unknown): true => {
      assert.ok(error instanceof tf.UserError);
      assert.equal(error.code, 'TFD_DEVICE_UNKNOWN');
      assert.match(error.rule, /CPU:0.*CPU:3/);
      assert.match(error.received ?? '', /device\.test\.ts:\d+/);
      return true;
    };
    for (const name of ['GPU:0', '/CPU:4', '/job:worker/CPU:0', 'CPU:x', 'what is this']) {
      assert.throws(() => tf.device(name, () => tf.ones([1])), refused, name);
      await assert.rejects(tf.function(() => tf.device(name, () => tf.ones([1])))(), refused, name);
    }
    assert.equal(placeOf(tf.ones([1])), 'CPU:0', 'no scope is left');
  },
);

test('the number of devices is fixed by the first operation', { timeout }, () => {
  const codeOf = (cpu: number): string => {
    try {
      tf.config.setLogicalDevices({ cpu });
    } catch (error) {
      return (error as tf.UserError).code;
    }
    return '';
  };
  assert.equal(codeOf(2), 'TFD_DEVICES_FIXED');
  for (const cpu of [0, 1.5, 128, Number.NaN]) assert.equal(codeOf(cpu), 'TFD_DEVICES_COUNT');
});

test('placing leaves no tensor behind', { timeout }, () => {
  const once = (): void => {
    tf.tidy(() => {
      tf.device('CPU:1', () => tf.tensor1d([1, 2]).add(tf.scalar(1)));
    });
  };
  once();
  const before = { live: numLiveTensors(), tensors: tf.memory().numTensors };
  once();
  assert.deepEqual({ live: numLiveTensors(), tensors: tf.memory().numTensors }, before);
});
