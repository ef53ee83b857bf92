/** Policies of mixed precision against Keras: the same models, predictions and losses, and what computes in which dtype. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import * as tf from '../src/index.ts';

interface Golden {
  readonly shape: number[];
  readonly values: number[];
}

interface Results {
  readonly targets: Golden;
  readonly models: readonly {
    readonly name: string;
    readonly inputs: Golden;
    readonly dtype: string;
    readonly outputs: Golden;
    readonly optimizer: string;
    readonly policies: string[];
    readonly losses: number[];
  }[];
}

const timeout = 120_000;
const golden = join(import.meta.dirname, 'golden/mixedPrecision');
const { targets, models } = JSON.parse(await readFile(join(golden, 'results.json'), 'utf8')) as Results;
/** Of predictions between 0 and 1, and of losses, relative: some of the last digits of 16 bits, through all layers. */
const tolerances = { mixed_bfloat16: 2e-2, mixed_float16: 3e-3 };

afterEach(() => {
  tf.mixedPrecision.setGlobalPolicy('float32');
});

for (const { name, inputs, dtype, outputs, optimizer, policies, losses } of models) {
  const tolerance = tolerances[name.replace(/^[a-z]+_/, '') as keyof typeof tolerances];
  test(`${name}.keras loads with its policies, predicts and trains as in Keras`, { timeout }, async () => {
    const model = await tf.loadLayersModel(`file://${golden}/${name}.keras`);
    assert.ok(model instanceof tf.Sequential);
    const layers = model.layers.filter((layer) => layer.getClassName() !== 'InputLayer');
    assert.deepEqual(
      layers.map(({ dtypePolicy }) => dtypePolicy.name),
      policies,
    );
    const x = tf.tensor(inputs.values, inputs.shape, name.startsWith('sequences') ? 'int32' : 'float32');
    const y = tf.tensor(targets.values, targets.shape);
    for (const predicted of [model.predict(x), await model.predictAsync(x)] as tf.Tensor[]) {
      assert.equal(predicted.dtype, dtype);
      predicted.dataSync().forEach((value, index) => {
        assertClose(value, outputs.values[index] as number, tolerance, `output ${index}`);
      });
    }
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'categoricalCrossentropy' });
    assert.equal(model.optimizer.getClassName(), optimizer);
    for (const [step, loss] of losses.entries()) {
      assertClose((await model.trainOnBatch(x, y)) as number, loss, tolerance * loss, `loss ${step}`);
    }
    for (const weight of model.getWeights()) assert.equal(weight.dtype, 'float32');
  });
}

function assertClose(actual: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what} is ${actual}, expected ${expected}`);
}

test('layers take the global policy when they are made, or the one that is stated', { timeout }, () => {
  assert.equal(tf.mixedPrecision.getGlobalPolicy().name, 'float32');
  const before = tf.layers.dense({ units: 1 });
  tf.mixedPrecision.setGlobalPolicy('mixed_bfloat16');
  assert.equal(tf.mixedPrecision.getGlobalPolicy().computeDtype, 'bfloat16');
  const during = tf.layers.dense({ units: 1 });
  const stated = tf.layers.dense({ units: 1, dtype: 'float32' });
  tf.mixedPrecision.setGlobalPolicy('float32');
  const half = tf.layers.dense({ units: 1, inputShape: [2], dtypePolicy: 'mixed_float16' });
  const x = tf.ones([1, 2]);
  for (const [layer, dtype] of [
    [before, 'float32'],
    [during, 'bfloat16'],
    [stated, 'float32'],
    [half, 'float16'],
  ] as const) {
    assert.equal((layer.apply(x) as tf.Tensor).dtype, dtype);
    assert.equal(layer.getWeights()[0]?.dtype, 'float32');
  }
  assert.throws(
    () => {
      tf.mixedPrecision.setGlobalPolicy('float8' as 'float32');
    },
    { code: 'TFD_DTYPE_POLICY' },
  );
});

test('a loop of its own gets gradients of float32, eagerly and compiled', { timeout }, async () => {
  tf.mixedPrecision.setGlobalPolicy('mixed_bfloat16');
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2], activation: 'relu' })] });
  const gradients = (x: tf.Tensor): tf.NamedTensorMap =>
    tf.variableGrads(() => tf.sum(tf.cast(model.apply(x) as tf.Tensor, 'float32'))).grads;
  const x = tf.tensor2d([[1, 2]]);
  const now = Object.values(gradients(x));
  const later = Object.values(await tf.function(gradients)(x));
  for (const [index, gradient] of now.entries()) {
    assert.equal(gradient.dtype, 'float32');
    assert.deepEqual(later[index]?.arraySync(), gradient.arraySync());
  }
});

test('statistics of batch normalization stay precise', { timeout }, () => {
  tf.mixedPrecision.setGlobalPolicy('mixed_bfloat16');
  const layer = tf.layers.batchNormalization({ momentum: 0.999, inputShape: [1] });
  const output = layer.apply(tf.tensor2d([[1], [1.5]]), { training: true }) as tf.Tensor;
  assert.equal(output.dtype, 'bfloat16');
  const mean = layer.getWeights()[2]?.dataSync()[0] as number;
  assertClose(mean, 0.00125, 1e-7, 'moving mean');
});

test('a model saved by TF.js keeps its policies', { timeout }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mixed-'));
  try {
    tf.mixedPrecision.setGlobalPolicy('mixed_bfloat16');
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 2, inputShape: [2] }), tf.layers.dense({ units: 2, dtype: 'float32' })],
    });
    await model.save(`file://${folder}`);
    tf.mixedPrecision.setGlobalPolicy('mixed_float16');
    const again = await tf.loadLayersModel(`file://${folder}/model.json`);
    assert.deepEqual(
      again.layers.map(({ dtypePolicy }) => dtypePolicy.name),
      ['mixed_bfloat16', 'float32'],
    );
    const x = tf.tensor2d([[0.3, -2]]);
    assert.deepEqual((again.predict(x) as tf.Tensor).arraySync(), (model.predict(x) as tf.Tensor).arraySync());
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('nothing of a step is left in memory', { timeout }, () => {
  tf.mixedPrecision.setGlobalPolicy('mixed_float16');
  const layer = tf.layers.rnn({ cell: tf.layers.lstmCell({ units: 3 }) });
  const x = tf.ones([2, 4, 3]);
  tf.dispose(layer.apply(x) as tf.Tensor);
  const { numTensors, numBytes } = tf.memory();
  const output = tf.tidy(() => layer.apply(x) as tf.Tensor);
  assert.equal(output.dtype, 'float16');
  output.dispose();
  assert.deepEqual([tf.memory().numTensors, tf.memory().numBytes], [numTensors, numBytes]);
});
