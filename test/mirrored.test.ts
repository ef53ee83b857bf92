/** `MirroredStrategy`: several devices of one process train as one device does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '../src/index.ts';
import { numLiveTensors } from '../src/tensor/index.ts';

const timeout = 60_000;

/** Gradients are added in another order: that changes the last of 7 digits, and 20 steps carry it a little further. */
const tolerance = 1e-4;

tf.config.setLogicalDevices({ cpu: 4 });
// A strategy can be made after operations have run.
tf.ones([1]).dispose();

const { MirroredStrategy, OneDeviceStrategy, PerReplica } = tf.distribute;
const mirrored = (numDevices: number): tf.distribute.MirroredStrategy =>
  new MirroredStrategy({ devices: Array.from({ length: numDevices }, (_, index) => `/CPU:${index}`) });

/** What a training came to. */
interface Outcome {
  readonly losses: number[];
  readonly weights: number[];
  readonly history: Record<string, number[]>;
}

interface Case {
  readonly what: string;
  readonly layers?: () => tf.layers.Layer[];
  readonly optimizer: () => tf.Optimizer;
  readonly epochs?: number;
}

/** 50 samples in batches of 16: the last batch of an epoch has 2, fewer than there are devices. */
const numSamples = 50;
const batchSize = 16;
const x = tf.tensor2d(
  Array.from({ length: numSamples * 6 }, (_, index) => Math.sin(1.7 * index)),
  [numSamples, 6],
);
const y = tf.oneHot(
  Array.from({ length: numSamples }, (_, index) => index % 3),
  3,
);

const dense = (): tf.layers.Layer[] => [
  tf.layers.dense({
    inputShape: [6],
    units: 12,
    activation: 'tanh',
    kernelRegularizer: tf.regularizers.l2({ l2: 0.01 }),
  }),
  tf.layers.dense({ units: 3, activation: 'softmax' }),
];

async function train(
  strategy: tf.distribute.Strategy,
  { layers = dense, optimizer, epochs = 5 }: Case,
): Promise<Outcome> {
  tf.setRandomSeed(7);
  const model = strategy.scope(() => {
    const network = tf.sequential({ layers: layers() });
    network.compile({ optimizer: optimizer(), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    return network;
  });
  const losses: number[] = [];
  const { history } = await model.fit(x, y, {
    batchSize,
    epochs,
    seed: 3,
    verbose: 0,
    validationData: [x, y],
    callbacks: { onBatchEnd: (_batch, logs) => void losses.push(logs?.['loss'] ?? Number.NaN) },
  });
  const weights = model.getWeights().flatMap((weight) => Array.from(weight.dataSync()));
  model.dispose();
  return { losses, weights, history: history as Record<string, number[]> };
}

const cases: Case[] = [
  { what: 'SGD with momentum', optimizer: () => tf.train.momentum(0.1, 0.9) },
  { what: 'Adam', optimizer: () => tf.train.adam(0.02) },
  {
    what: 'gradient accumulation, clipping, decay and averages',
    optimizer: () =>
      tf.train.adam({
        learningRate: 0.02,
        gradientAccumulationSteps: 2,
        globalClipNorm: 1,
        weightDecay: 0.01,
        useEma: true,
      }),
  },
  { what: 'a loss scale', optimizer: () => tf.train.lossScale(tf.train.adam(0.02)) },
  {
    what: 'frozen layers and an embedding',
    optimizer: () => tf.train.sgd(0.1),
    layers: () => [
      tf.layers.dense({ inputShape: [6], units: 4, activation: 'relu', trainable: false }),
      tf.layers.embedding({ inputDim: 5, outputDim: 3 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 3, activation: 'softmax' }),
    ],
  },
];

for (const each of cases) {
  test(`the loss curve and the weights of one device: ${each.what}`, { timeout }, async () => {
    const alone = await train(new OneDeviceStrategy(), each);
    assert.ok((alone.losses.at(-1) as number) < (alone.losses[0] as number), 'the loss must fall');
    for (const numDevices of [1, 2, 4]) {
      const { losses, weights, history } = await train(mirrored(numDevices), each);
      assertClose(losses, alone.losses, `${numDevices} devices, losses`);
      assertClose(weights, alone.weights, `${numDevices} devices, weights`);
      for (const [name, values] of Object.entries(alone.history)) assertClose(history[name] ?? [], values, name);
    }
  });
}

test(
  'batch normalization sees the samples of its replica, and the statistics are their weighted mean',
  { timeout },
  async () => {
    const rows = [0, 2, 4, 10, 20];
    const model = mirrored(2).scope(() => {
      const network = tf.sequential({ layers: [tf.layers.batchNormalization({ inputShape: [1], momentum: 0.75 })] });
      network.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
      return network;
    });
    await model.fit(tf.tensor2d(rows, [5, 1]), tf.zeros([5, 1]), { batchSize: 5, shuffle: false, verbose: 0 });
    const [, , mean = NaN, variance = NaN] = model.getWeights().map((weight) => weight.dataSync()[0] as number);
    // The first replica has 0, 2 and 4, of variance 8/3; the second 10 and 20, of variance 25.
    const expected = (3 * varianceOf(rows.slice(0, 3)) + 2 * varianceOf(rows.slice(3))) / 5;
    assertClose([mean], [0.25 * 7.2], 'mean', 1e-5);
    assert.ok(Math.abs(variance - (0.75 + 0.25 * expected)) < 1e-3 * expected, `variance ${variance}`);
  },
);

test('each replica drops other values, and a seed repeats them', { timeout }, async () => {
  const strategy = mirrored(4);
  const masks = async (): Promise<number[][]> => {
    tf.setRandomSeed(11);
    const { values } = await strategy.run(() => tf.dropout(tf.ones([64]), 0.5), []);
    return values.map((mask) => Array.from(mask.dataSync()));
  };
  const first = await masks();
  assert.equal(new Set(first.map((mask) => mask.join())).size, 4);
  assert.deepEqual(await masks(), first);
});

test('a loop of one’s own: run, split and reduce', { timeout }, async () => {
  for (const numDevices of [1, 2, 4]) {
    const strategy = mirrored(numDevices);
    const weight = strategy.scope(() => tf.variable(tf.scalar(0)));
    const optimizer = tf.train.sgd(0.1);
    const step = (points: tf.Tensor1D, values: tf.Tensor1D): tf.Scalar =>
      optimizer.minimize(() => tf.losses.meanSquaredError(values, points.mul(weight)), true) as tf.Scalar;
    const points = tf.tensor1d([1, 2, -1, 3]);
    const [parts, targets] = [strategy.split(points), strategy.split(points.mul(3))] as const;
    let expected = 0;
    for (let i = 0; i < 5; i++) {
      const loss = await strategy.reduce('mean', await strategy.run(step, [parts, targets as typeof parts]));
      // The mean of the squares is 15 / 4.
      assertClose(loss.dataSync() as unknown as number[], [(15 / 4) * (3 - expected) ** 2], 'loss');
      expected += 0.1 * 2 * (15 / 4) * (3 - expected);
    }
    assertClose(weight.dataSync() as unknown as number[], [expected], 'weight');
  }
});

test(
  'replicas have numbers and devices, reduce values within the step, and TensorFlow runs them there',
  { timeout },
  async () => {
    const strategy = mirrored(3);
    const step = (own: tf.Scalar, same: tf.Scalar): tf.Tensor[] => {
      const context = tf.distribute.getReplicaContext() as tf.distribute.ReplicaContext;
      assert.equal(context.numReplicas, 3);
      const [sum] = context.allReduce([own.square()], 'sum') as [tf.Tensor];
      const [mean] = context.allReduce([own], 'mean') as [tf.Tensor];
      return [sum.add(same), mean, own.sub(1)];
    };
    const own = strategy.distributeValues((replicaId) => tf.scalar(replicaId + 1));
    const { values } = await strategy.run(step, [own, tf.scalar(100)]);
    assert.deepEqual(
      values.map((results) => results.map((result) => result.dataSync()[0])),
      [0, 1, 2].map((replicaId) => [114, 2, replicaId]),
    );
    assert.deepEqual(
      values.map(([, , id]) => tf.deviceOf(id as tf.Tensor)?.slice(-5)),
      ['CPU:0', 'CPU:1', 'CPU:2'],
    );
    assert.equal((await strategy.reduce('sum', own)).dataSync()[0], 6);
    assert.equal((await strategy.reduce('sum', tf.scalar(2))).dataSync()[0], 6);
    assert.equal((await strategy.reduce('mean', own)).dataSync()[0], 2);
  },
);

test('variables that replicas assign: each sees its own, and their mean stays', { timeout }, async () => {
  const strategy = mirrored(2);
  const [total, count] = strategy.scope(() => [tf.variable(tf.scalar(1)), tf.variable(tf.scalar(5, 'int32'))] as const);
  const step = (own: tf.Scalar): tf.Tensor => {
    total.assign(total.add(own));
    total.assign(total.mul(2));
    count.assign(count.add(tf.scalar(1, 'int32')));
    return total.clone();
  };
  const { values } = await strategy.run(step, [new PerReplica([tf.scalar(1), tf.scalar(3)])]);
  assert.deepEqual(
    values.map((value) => value.dataSync()[0]),
    [4, 8],
  );
  assert.deepEqual([total.dataSync()[0], count.dataSync()[0]], [6, 6]);
});

test('evaluation and prediction use all devices, with the results of one', { timeout }, async () => {
  const results: number[][] = [];
  for (const strategy of [new OneDeviceStrategy(), mirrored(4)]) {
    tf.setRandomSeed(5);
    const model = strategy.scope(() => {
      const network = tf.sequential({ layers: dense() });
      network.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
      return network;
    });
    const values = [await model.evaluateAsync(x, y, { batchSize }), await model.predictAsync(x, { batchSize })].flat();
    results.push(values.flatMap((value) => Array.from(value.dataSync())));
  }
  assert.equal(results[0]?.length, 2 + numSamples * 3);
  assertClose(results[1] as number[], results[0], 'results', 1e-6);
});

test('what replicas cannot do is refused with a reason', { timeout }, async () => {
  const strategy = mirrored(2);
  const weight = strategy.scope(() => tf.variable(tf.scalar(1)));
  const optimizer = tf.train.sgd(0.1);
  const minimize = (): unknown => optimizer.minimize(() => weight.square());
  const assign = (): tf.Scalar => {
    weight.assign(tf.scalar(3));
    return tf.scalar(0);
  };
  const context = (): tf.distribute.ReplicaContext => tf.distribute.getReplicaContext() as tf.distribute.ReplicaContext;
  const steps: [string, () => unknown][] = [
    ['TFD_REPLICA_READ', () => [minimize(), weight.add(1)]],
    ['TFD_REPLICA_READ', () => [minimize(), assign()]],
    ['TFD_REPLICA_READ', () => [assign(), minimize()]],
    ['TFD_REPLICAS_DIFFER', () => (context().replicaId === 0 ? minimize() : undefined)],
    ['TFD_REPLICAS_DIFFER', () => context().allReduce([tf.zeros([context().replicaId + 1])], 'sum')],
    ['TFD_REPLICA_BRANCH', () => tf.cond(tf.scalar(1).greater(0), assign, () => tf.scalar(0))],
  ];
  for (const [code, step] of steps) await assert.rejects(strategy.run(step, []), { code }, String(step));
  assert.equal(weight.dataSync()[0], 1, 'nothing has happened');
  await assert.rejects(
    strategy.run((value: tf.Scalar) => value, [new PerReplica([tf.scalar(1)])]),
    {
      code: 'TFD_PER_REPLICA',
    },
  );
  assert.throws(() => strategy.split(tf.zeros([1])), { code: 'TFD_PER_REPLICA' });
  for (const devices of [[], ['/CPU:0', 'CPU:0']]) {
    assert.throws(() => new MirroredStrategy({ devices }), { code: 'TFD_MIRRORED_DEVICES' });
  }
  assert.throws(() => new MirroredStrategy({ devices: ['/CPU:4'] }), { code: 'TFD_DEVICE_UNKNOWN' });
  assert.throws(
    () => {
      tf.config.setLogicalDevices({ cpu: 8 });
    },
    { code: 'TFD_DEVICES_FIXED' },
  );
});

test('by default all devices of the process take part; the steps leave no tensor behind', { timeout }, async () => {
  const strategy = new MirroredStrategy();
  assert.deepEqual(
    strategy.devices,
    [0, 1, 2, 3].map((index) => `/device:CPU:${index}`),
  );
  const weight = strategy.scope(() => tf.variable(tf.ones([3])));
  const optimizer = tf.train.adam(0.1);
  const step = (input: tf.Tensor): tf.Scalar => optimizer.minimize(() => weight.mul(input).sum(), true) as tf.Scalar;
  const inputs = strategy.distributeValues((replicaId) => tf.fill([3], replicaId));
  const once = async (): Promise<void> => {
    tf.dispose([...(await strategy.run(step, [inputs])).values]);
  };
  await once();
  const before = { live: numLiveTensors(), tensors: tf.memory().numTensors };
  await once();
  assert.deepEqual({ live: numLiveTensors(), tensors: tf.memory().numTensors }, before);
  assert.equal(optimizer.iterations, 2);
});

function varianceOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

function assertClose(actual: readonly number[], expected: readonly number[], what: string, within = tolerance): void {
  assert.equal(actual.length, expected.length, what);
  actual.forEach((value, index) => {
    const wanted = expected[index] as number;
    const error = Math.abs(value - wanted) / Math.max(1, Math.abs(wanted));
    assert.ok(error <= within, `${what}, number ${index}: ${value}, expected ${wanted} within ${within}`);
  });
}
