/** Loss scaling against Keras, step by step and with overflows, now and compiled, and what it is part of. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import * as tf from '../src/index.ts';

interface Step {
  readonly variable: number[];
  readonly scale: number;
  readonly counter: number;
  readonly iterations: number;
}

interface Results {
  readonly gradients: (number | string)[][];
  readonly cases: readonly {
    readonly inner: string;
    readonly options: Record<string, number>;
    readonly steps: Step[];
  }[];
}

const timeout = 60_000;
const file = join(import.meta.dirname, 'golden/mixedPrecision/lossScale.json');
const { gradients, cases } = JSON.parse(await readFile(file, 'utf8')) as Results;

afterEach(() => {
  tf.mixedPrecision.setGlobalPolicy('float32');
});

for (const { inner, options, steps } of cases) {
  for (const mode of ['eager', 'compiled']) {
    test(`${mode}: ${inner} of ${JSON.stringify(options)} as in Keras`, { timeout }, async () => {
      const optimizer = tf.train.lossScale(makeInner(inner, options), { initialScale: 16, dynamicGrowthSteps: 2 });
      const variable = tf.variable(tf.tensor1d([1, -2]));
      // The gradient of the sum of variable * gradient is the gradient.
      const minimize = (gradient: tf.Tensor): tf.Scalar =>
        optimizer.minimize(() => tf.sum(tf.mul(variable, gradient)), true, [variable]) as tf.Scalar;
      const step = mode === 'eager' ? minimize : tf.function(minimize);
      for (const [index, expected] of steps.entries()) {
        const gradient = tf.tensor1d((gradients[index] as (number | string)[]).map(toNumber));
        const loss = await step(gradient);
        const wanted = tf.sum(tf.mul(variable, gradient));
        if (Number.isFinite(wanted.dataSync()[0])) assert.ok(Number.isFinite(loss.dataSync()[0]));
        variable.dataSync().forEach((value, position) => {
          const target = expected.variable[position] as number;
          assert.ok(Math.abs(value - target) < 1e-5, `step ${index}: ${value}, expected ${target}`);
        });
        assert.equal(optimizer.dynamicScale, expected.scale, `scale after step ${index}`);
        assert.equal(optimizer.iterations, expected.iterations, `iterations after step ${index}`);
        const [, counter] = (await optimizer.getWeights()).slice(-2);
        assert.equal(counter?.tensor.dataSync()[0], expected.counter, `counter after step ${index}`);
      }
      optimizer.dispose();
    });
  }
}

function makeInner(name: string, { learning_rate, momentum, clipnorm, weight_decay }: Record<string, number>) {
  const common = { learningRate: learning_rate, clipNorm: clipnorm, weightDecay: weight_decay };
  const given = Object.fromEntries(Object.entries(common).filter(([, value]) => value !== undefined));
  return name === 'SGD' ? tf.train.sgd({ ...given, momentum: momentum ?? 0 }) : tf.train.adam(given);
}

function toNumber(value: number | string): number {
  return typeof value === 'number' ? value : Number(value.replace('inf', 'Infinity'));
}

test('the loss is given as it is, and gradients too small for float16 arrive', { timeout }, () => {
  const variable = tf.variable(tf.scalar(1));
  const small = (): tf.Scalar => {
    const half = tf.cast(variable, 'float16');
    return tf.cast(tf.mul(tf.mul(half, 1e-4), 1e-4), 'float32').mul(1);
  };
  const plain = tf.variableGrads(small, [variable]).grads[variable.name] as tf.Tensor;
  assert.equal(plain.dataSync()[0], 0);
  const optimizer = tf.train.lossScale(tf.train.sgd(1e6), { initialScale: 2 ** 10 });
  optimizer.minimize(small, false, [variable]);
  const moved = 1 - (variable.dataSync()[0] as number);
  assert.ok(Math.abs(moved - 1e-2) < 1e-3, String(moved));
});

test('checkpoints hold the scale, its counter and the optimizer inside', { timeout }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scale-'));
  try {
    const variable = tf.variable(tf.tensor1d([1, -2]));
    const make = (): tf.train.LossScaleOptimizer =>
      tf.train.lossScale('adam', { initialScale: 16, dynamicGrowthSteps: 2 });
    const optimizer = make();
    const step = (by: tf.train.LossScaleOptimizer, factor: number): void => {
      by.minimize(() => tf.sum(tf.mul(variable, factor)), false, [variable]);
    };
    for (const factor of [1, 1, 1, Infinity, 1]) step(optimizer, factor);
    assert.equal(optimizer.dynamicScale, 16);
    const prefix = await new tf.train.Checkpoint({ variable, optimizer }).write(join(folder, 'a'));
    step(optimizer, 1);
    const expected = [variable.arraySync(), optimizer.dynamicScale, optimizer.iterations];
    const again = make();
    await new tf.train.Checkpoint({ variable, optimizer: again }).restore(prefix);
    assert.equal(again.dynamicScale, 16);
    step(again, 1);
    assert.deepEqual([variable.arraySync(), again.dynamicScale, again.iterations], expected);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('compile scales the loss with mixed_float16, and its configuration makes it anew', { timeout }, () => {
  tf.mixedPrecision.setGlobalPolicy('mixed_float16');
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  const { optimizer } = model;
  assert.ok(optimizer instanceof tf.train.LossScaleOptimizer);
  assert.equal(optimizer.dynamicScale, 2 ** 15);
  assert.equal(optimizer.innerOptimizer.getClassName(), 'Adam');
  const config = optimizer.getConfig();
  const copy: unknown = tf.train.LossScaleOptimizer.fromConfig(tf.train.LossScaleOptimizer, config);
  assert.ok(copy instanceof tf.train.LossScaleOptimizer);
  assert.deepEqual(copy.getConfig(), config);
  model.compile({ optimizer: tf.train.lossScale('sgd', { initialScale: 4 }), loss: 'meanSquaredError' });
  const stated = model.optimizer;
  assert.ok(stated instanceof tf.train.LossScaleOptimizer);
  assert.equal(stated.dynamicScale, 4);
  tf.mixedPrecision.setGlobalPolicy('mixed_bfloat16');
  const other = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  other.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  assert.equal(other.optimizer.getClassName(), 'Adam');
});

test('what is wrong with the options is said', { timeout }, () => {
  const code = 'TFD_OPTIMIZER_OPTION';
  assert.throws(() => tf.train.lossScale('adam', { initialScale: -1 }), { code });
  assert.throws(() => tf.train.lossScale('adam', { clipNorm: 1 } as object), { code, received: 'clipNorm' });
  assert.throws(() => tf.train.lossScale('adam', { dynamicGrowthSteps: 0 }), { code });
});
