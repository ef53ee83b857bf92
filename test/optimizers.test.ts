/** The optimizers against Keras's own results, now and compiled, without leaks and without new traces. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
import { compile } from '../src/graph/index.ts';
import { inReplica, type ReplicaContext } from '../src/strategy/replica.ts';
import { numLiveTensors } from '../src/tensor/index.ts';
import * as train from '../src/train/optimizers/index.ts';
import { toFused, type FusedOptimizer } from '../src/train/optimizers/index.ts';

interface KerasSchedule {
  readonly class_name: 'CosineDecay' | 'ExponentialDecay';
  readonly config: Readonly<Record<string, number>>;
}

interface Golden {
  readonly variables: (number | number[])[][];
  readonly gradients: number[][][];
  readonly cases: readonly {
    readonly name: string;
    readonly optimizer: 'SGD' | 'Adam' | 'AdamW' | 'RMSprop' | 'Adagrad' | 'Adadelta' | 'Adamax' | 'Lamb' | 'Lion';
    readonly arguments: Readonly<Record<string, number | boolean | KerasSchedule>>;
    readonly steps: readonly (readonly number[][])[];
  }[];
}

const golden = JSON.parse(readFileSync(new URL('golden/optimizers.json', import.meta.url), 'utf8')) as Golden;
const ours: Readonly<Record<string, string>> = {
  clipnorm: 'clipNorm',
  clipvalue: 'clipValue',
  global_clipnorm: 'globalClipNorm',
};
const timeout = 60_000;

/**
 * What a result may differ by from Keras's: 1e-6 of the value (the largest on its way), for the rounding in
 * 32 bits, and a share of its largest step. For Adam that share is 1e-4, since its kernel takes 1 - beta2 in 32 bits,
 * which is 5e-5 off for 0.999, and Keras in 64.
 */
const valueTolerance = 1e-6;
const stepTolerance = (optimizer: string): number => (optimizer.startsWith('Adam') ? 1e-4 : 1e-6);

function makeOptimizer({ optimizer, arguments: keras }: Golden['cases'][number]): FusedOptimizer {
  const options = Object.entries(keras).map(([name, value]) => [
    ours[name] ?? camelCase(name),
    typeof value === 'object' ? makeSchedule(value) : value,
  ]);
  return new train[optimizer](Object.fromEntries(options) as object);
}

function makeSchedule({ class_name: className, config }: KerasSchedule): train.schedules.LearningRateSchedule {
  const options = Object.entries(config).map(([name, value]) => [camelCase(name), value]);
  return new train.schedules[className](Object.fromEntries(options) as never);
}

function camelCase(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function makeVariables(): tf.Variable[] {
  return tf.tidy(() => golden.variables.map((values) => tf.variable(tf.tensor(values as number[]))));
}

function gradientsOf(step: number): tf.Tensor[] {
  return (golden.gradients[step] ?? []).map((values) => tf.tensor(values));
}

function named(variables: readonly tf.Variable[], gradients: readonly tf.Tensor[]): tf.NamedTensorMap {
  return Object.fromEntries(variables.map(({ name }, i) => [name, gradients[i] as tf.Tensor]));
}

function assertClose(
  actual: ArrayLike<number>,
  expected: readonly number[],
  what: string,
  limits = expected.map((value) => valueTolerance * Math.abs(value)),
): void {
  assert.equal(actual.length, expected.length, what);
  expected.forEach((value, i) => {
    const difference = Math.abs((actual[i] ?? NaN) - value);
    assert.ok(difference <= (limits[i] ?? 0), `${what}, element ${i}: ${actual[i] ?? NaN} is not ${value}`);
  });
}

/** For each element of a variable, how far it may be from Keras's values. */
function limitsOf({ optimizer, steps }: Golden['cases'][number], variable: number): number[] {
  const start = (golden.variables[variable] ?? []).flat();
  const path = [start, ...steps.map((values) => values[variable] ?? [])];
  return start.map((_, i) => {
    const moves = path.slice(1).map((values, step) => Math.abs((values[i] ?? 0) - (path[step]?.[i] ?? 0)));
    const sizes = path.map((values) => Math.abs(values[i] ?? 0));
    return valueTolerance * Math.max(...sizes) + stepTolerance(optimizer) * Math.max(...moves);
  });
}

for (const example of golden.cases) {
  test(`${example.name}: five steps give Keras's values, now and compiled`, { timeout }, async () => {
    for (const isCompiled of [false, true]) {
      const optimizer = makeOptimizer(example);
      const variables = makeVariables();
      const apply = (gradients: tf.Tensor[]): void => {
        optimizer.applyGradients(named(variables, gradients));
      };
      const step: (gradients: tf.Tensor[]) => unknown = isCompiled ? compile(apply) : apply;
      for (const [i, expected] of example.steps.entries()) {
        const gradients = gradientsOf(i);
        await Promise.resolve(step(gradients));
        variables.forEach((variable, v) => {
          const what = `${isCompiled ? 'compiled' : 'now'}, step ${i + 1}`;
          assertClose(variable.dataSync(), expected[v] ?? [], what, limitsOf(example, v));
        });
        tf.dispose(gradients);
      }
      const { gradientAccumulationSteps = 1 } = optimizer.settings;
      assert.equal(optimizer.iterations, Math.floor(example.steps.length / gradientAccumulationSteps));
      optimizer.dispose();
      tf.dispose(variables);
    }
  });
}

test("momentum takes TF.js's steps: as SGD with momentum while the rate stays the same", { timeout }, () => {
  for (const nesterov of [false, true]) {
    const [a, b] = [makeVariables(), makeVariables()];
    const tfjs = train.momentum(0.05, 0.9, nesterov);
    const keras = train.sgd({ learningRate: 0.05, momentum: 0.9, nesterov });
    for (let i = 0; i < 5; i++) {
      const gradients = gradientsOf(i);
      tfjs.applyGradients(named(a, gradients));
      keras.applyGradients(named(b, gradients));
      tf.dispose(gradients);
    }
    a.forEach((variable, v) => {
      assertClose(variable.dataSync(), Array.from(b[v]?.dataSync() ?? []), 'momentum');
    });
  }
});

test('minimize trains, returns the cost, and works in a compiled function', { timeout }, async () => {
  const w = tf.variable(tf.tensor1d([1, -2, 3]));
  const optimizer = train.adam(0.1);
  const cost = (): tf.Scalar => tf.sum(tf.square(w));
  const first = optimizer.minimize(cost, true, [w]);
  assert.equal(first?.dataSync()[0], 14);
  const step = compile(() => optimizer.minimize(cost, true, [w]));
  let last = NaN;
  for (let i = 0; i < 60; i++) last = (await step())?.dataSync()[0] ?? NaN;
  assert.ok(last < 0.5, `the cost is still ${last}`);
  assert.equal(step.numTraces, 1);
  assert.equal(optimizer.iterations, 61);
});

test('steps leak no tensors, now and compiled', { timeout }, async () => {
  const optimizer = train.adamw({ globalClipNorm: 1 });
  const variables = makeVariables();
  const gradients = gradientsOf(0);
  const apply = (values: tf.Tensor[]): void => {
    optimizer.applyGradients(named(variables, values));
  };
  const step = compile(apply);
  const once = async (): Promise<void> => {
    apply(gradients);
    await step(gradients);
    optimizer.learningRate *= 0.99;
  };
  await once();
  const before = [tf.memory().numTensors, tf.memory().numDataBuffers, numLiveTensors()];
  for (let i = 0; i < 20; i++) await once();
  assert.deepEqual([tf.memory().numTensors, tf.memory().numDataBuffers, numLiveTensors()], before);
});

test('dispose gives back what the optimizer made', { timeout }, async () => {
  const variables = makeVariables();
  const gradients = gradientsOf(0);
  train.adam().applyGradients(named(variables, gradients)); // The variables move to TensorFlow, constants are cached.
  const before = [tf.memory().numTensors, numLiveTensors()];
  const optimizer = train.adam();
  optimizer.applyGradients(named(variables, gradients));
  await optimizer.getWeights();
  optimizer.dispose();
  assert.deepEqual([tf.memory().numTensors, numLiveTensors()], before);
});

test('a new learning rate changes a compiled step without a new trace', { timeout }, async () => {
  const w = tf.variable(tf.tensor1d([1, 2]));
  const optimizer = train.sgd(0.1);
  const step = compile((gradient: tf.Tensor) => {
    optimizer.applyGradients({ [w.name]: gradient });
  });
  const one = tf.tensor1d([1, 1]);
  await step(one);
  assertClose(w.dataSync(), [0.9, 1.9], 'rate 0.1');
  assert.equal(optimizer.learningRate, 0.1);
  optimizer.learningRate = 0.5;
  await step(one);
  assertClose(w.dataSync(), [0.4, 1.4], 'rate 0.5');
  assert.equal(step.numTraces, 1);
  assert.equal(optimizer.learningRate, 0.5);
  assert.throws(() => (optimizer.learningRate = NaN), { code: 'TFD_OPTIMIZER_OPTION' });
});

test('gradients are reduced over the replicas before they are clipped', { timeout }, () => {
  const w = tf.variable(tf.tensor1d([0, 0]));
  const optimizer = train.sgd({ learningRate: 1, clipValue: 5 });
  const applyReduced: ReplicaContext['applyReduced'] = (gradients, apply) => {
    apply(Object.fromEntries(Object.entries(gradients).map(([name, value]) => [name, tf.add(value, value)])));
  };
  inReplica({ replicaId: 0, numReplicas: 2, lossScale: 1, allReduce: (values) => [...values], applyReduced }, () => {
    optimizer.applyGradients([{ name: w.name, tensor: tf.tensor1d([1, 4]) }]);
  });
  assertClose(w.dataSync(), [-2, -5], 'the sum, clipped');
});

test('weights and configuration make the same optimizer again', { timeout }, async () => {
  for (const example of golden.cases) {
    const optimizer = makeOptimizer(example);
    const variables = makeVariables();
    const apply = (target: FusedOptimizer, to: tf.Variable[], i: number): void => {
      const gradients = gradientsOf(i);
      target.applyGradients(named(to, gradients));
      tf.dispose(gradients);
    };
    for (let i = 0; i < 3; i++) apply(optimizer, variables, i);
    const copies = tf.tidy(() => variables.map((variable) => tf.variable(variable)));
    const { className } = optimizer.constructor as unknown as { className: string };
    const [registered] = tf.serialization.SerializationMap.getMap().classNameMap[className] ?? [];
    assert.equal(registered, optimizer.constructor);
    const Class = optimizer.constructor as unknown as tf.serialization.SerializableConstructor<train.FusedOptimizer>;
    const restored = Class.fromConfig(Class, optimizer.getConfig());
    assert.deepEqual(restored.settings, optimizer.settings);
    await restored.setWeights(await optimizer.getWeights());
    apply(optimizer, variables, 3);
    apply(restored, copies, 3);
    const callsOfStep = restored.settings.gradientAccumulationSteps ?? 1;
    assert.equal(restored.iterations, Math.floor(4 / callsOfStep));
    variables.forEach((variable, v) => {
      assert.deepEqual(copies[v]?.dataSync(), variable.dataSync(), example.name);
    });
    await restored.setWeights([
      { name: 'iter', tensor: tf.scalar(7, 'int32') },
      ...(await restored.getWeights()).slice(1),
    ]);
    assert.equal(restored.iterations, Math.floor(7 / callsOfStep));
  }
});

test("TF.js's models train with our optimizers, and save them", { timeout }, async () => {
  const x = tf.tensor2d([0.1, 0.2, -0.3, 0.4, 0.5, -0.6], [3, 2]);
  const y = tf.tensor2d([1, 0, -1], [3, 1]);
  for (const optimizer of [train.adamw(0.01), train.rmsprop({ rho: 0.8, centered: true, clipNorm: 1 })]) {
    const model = sequential({ layers: [layers.dense({ units: 4, inputShape: [2] }), layers.dense({ units: 1 })] });
    model.compile({ optimizer, loss: 'meanSquaredError' });
    await model.fit(x, y, { epochs: 2 });
    let saved: tf.io.ModelArtifacts = {};
    const handler = tf.io.withSaveHandler((artifacts) => {
      saved = artifacts;
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
    });
    await model.save(handler, { includeOptimizer: true });
    const loaded = await loadLayersModel(tf.io.fromMemory(saved));
    assert.equal(loaded.optimizer.constructor, optimizer.constructor);
    assert.equal(loaded.optimizer.iterations, 2);
    for (const each of [model, loaded]) await each.fit(x, y, { epochs: 1, shuffle: false });
    const [expected, actual] = [model, loaded].map((each) => each.getWeights().map((weight) => weight.dataSync()));
    assert.deepEqual(actual, expected);
  }
});

test('options are those of an object, of positional arguments, or of a model that Keras saved', { timeout }, () => {
  assert.deepEqual(
    train.adam(0.1, 0.8, undefined, null).settings,
    train.adam({ learningRate: 0.1, beta1: 0.8 }).settings,
  );
  assert.deepEqual(train.rmsprop(0.1, 0.8).settings, train.rmsprop({ learningRate: 0.1, rho: 0.8 }).settings);
  const keras = { learningRate: 0.1, beta1: 0.8, clipnorm: 2, weightDecay: null, useEma: false, name: 'adam' };
  const Adam: tf.serialization.SerializableConstructor<train.Adam> = train.Adam;
  const { settings } = Adam.fromConfig(Adam, keras);
  assert.deepEqual(settings, train.adam({ learningRate: 0.1, beta1: 0.8, clipNorm: 2 }).settings);
});

test('the variables of an optimizer have names for checkpoints', { timeout }, () => {
  const w = tf.variable(tf.tensor1d([0, 0]), true, 'layer/kernel');
  const optimizer = train.adam();
  assert.deepEqual(
    optimizer.variables().map(({ name }) => name),
    ['iterations', 'learning_rate'],
  );
  optimizer.build([w]);
  assert.deepEqual(
    optimizer.variables().map(({ name, variable }) => [name, variable.dtype, variable.shape]),
    [
      ['iterations', 'int64', []],
      ['learning_rate', 'float32', []],
      ['layer/kernel/momentum', 'float32', [2]],
      ['layer/kernel/velocity', 'float32', [2]],
    ],
  );
});

test("names and TF.js's optimizers become ours", { timeout }, () => {
  assert.ok(toFused('AdamW') instanceof train.AdamW);
  assert.equal(toFused('rmsprop').getClassName(), 'RMSProp');
  const adam = toFused(tf.train.adam(0.3, 0.8));
  assert.ok(adam instanceof train.Adam);
  assert.deepEqual([adam.learningRate, adam.settings.beta1, adam.settings.beta2], [0.3, 0.8, 0.999]);
  const rmsprop = toFused(tf.train.rmsprop(0.3, 0.7));
  assert.ok(rmsprop instanceof train.RMSprop);
  assert.deepEqual([rmsprop.learningRate, rmsprop.settings.rho], [0.3, 0.7]);
  const momentum = toFused(tf.train.momentum(0.3, 0.7));
  assert.ok(momentum instanceof train.Momentum);
  assert.equal(momentum.settings.momentum, 0.7);
  assert.equal(toFused(adam), adam);

  class Custom extends tf.SGDOptimizer {}
  const custom = new Custom(0.1);
  assert.ok(!(custom instanceof train.FusedOptimizer));
  assert.equal(toFused(custom), custom);
  assert.throws(() => toFused('adamm'), { name: 'UserError', code: 'TFD_OPTIMIZER_UNKNOWN', message: /adamw/ });
});

test('wrong options, weights and gradients are refused', { timeout }, async () => {
  const refused = { name: 'UserError', code: 'TFD_OPTIMIZER_OPTION' };
  assert.throws(() => train.adam({ learningRate: -1 }), refused);
  assert.throws(() => train.adam({ beta3: 1 } as object), refused);
  assert.throws(() => train.adam({ beta1: 1.5 }), refused);
  assert.throws(() => train.sgd({ nesterov: 1 } as object), refused);
  assert.throws(() => train.sgd({ clipNorm: 1, clipValue: 1 }), refused);
  const gradient = tf.tensor1d([1]);
  assert.throws(
    () => {
      train.sgd().applyGradients({ nobody: gradient });
    },
    { name: 'UserError', code: 'TFD_OPTIMIZER_VARIABLE' },
  );
  const weights = [tf.scalar(1, 'int32'), gradient, gradient, gradient].map((tensor) => ({ name: 'x', tensor }));
  const wrong = { name: 'UserError', code: 'TFD_OPTIMIZER_WEIGHTS' };
  await assert.rejects(train.adam().setWeights(weights), wrong);
  const optimizer = train.adam();
  await optimizer.setWeights(weights.slice(0, 3));
  const w = tf.variable(tf.tensor1d([1, 2]));
  assert.throws(() => {
    optimizer.applyGradients({ [w.name]: tf.tensor1d([1, 1]) });
  }, wrong);
});
