/** Learning-rate schedules against Keras's own values, inside steps that are traced once. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
import { compile } from '../src/graph/index.ts';
import { Checkpoint } from '../src/train/checkpointing.ts';
import { inReplica, type ReplicaContext } from '../src/strategy/index.ts';
import * as train from '../src/train/optimizers/index.ts';
import { numLiveTensors } from '../src/tensor/index.ts';

type ScheduleName =
  | 'CosineDecay'
  | 'CosineDecayRestarts'
  | 'ExponentialDecay'
  | 'InverseTimeDecay'
  | 'PiecewiseConstantDecay'
  | 'PolynomialDecay';

interface Golden {
  readonly steps: readonly number[];
  readonly cases: readonly {
    readonly schedule: ScheduleName;
    readonly arguments: Readonly<Record<string, number | boolean | readonly number[]>>;
    readonly rates: readonly number[];
  }[];
}

const golden = JSON.parse(readFileSync(new URL('golden/optimizersSchedules.json', import.meta.url), 'utf8')) as Golden;
const { schedules } = train;
const timeout = 60_000;

/** What a rate may differ by from Keras's, as a share of the schedule's largest rate: both count in 32 bits. */
const tolerance = 1e-6;

function makeSchedule({ schedule, arguments: keras }: Golden['cases'][number]): train.schedules.LearningRateSchedule {
  const options = Object.entries(keras).map(([name, value]) => [
    name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  return new schedules[schedule](Object.fromEntries(options) as never);
}

/** The rates that SGD takes at `steps`, seen on a variable whose gradient is -1. */
async function ratesOf(
  learningRate: train.schedules.LearningRateSchedule,
  steps: readonly number[],
  isCompiled: boolean,
): Promise<number[]> {
  const w = tf.variable(tf.scalar(0));
  const zero = tf.scalar(0);
  const gradient = tf.scalar(-1);
  const optimizer = train.sgd({ learningRate });
  const apply = (): void => {
    w.assign(zero);
    optimizer.applyGradients({ [w.name]: gradient });
  };
  const compiled = compile(apply);
  const rates: number[] = [];
  for (const step of steps) {
    await optimizer.setWeights([{ name: 'iter', tensor: tf.scalar(step, 'int32') }]);
    if (isCompiled) await compiled();
    else apply();
    rates.push(w.dataSync()[0] ?? NaN);
  }
  assert.equal(compiled.numTraces, isCompiled ? 1 : 0);
  return rates;
}

function assertRates(actual: readonly number[], expected: readonly number[], steps: readonly number[]): void {
  const limit = tolerance * Math.max(...expected);
  assert.equal(actual.length, expected.length);
  expected.forEach((rate, i) => {
    const difference = Math.abs((actual[i] ?? NaN) - rate);
    assert.ok(difference <= limit, `step ${steps[i] ?? NaN}: ${actual[i] ?? NaN} is not ${rate}`);
  });
}

for (const example of golden.cases) {
  test(`${example.schedule} ${JSON.stringify(example.arguments)} gives Keras's rates`, { timeout }, async () => {
    for (const isCompiled of [false, true]) {
      assertRates(await ratesOf(makeSchedule(example), golden.steps, isCompiled), example.rates, golden.steps);
    }
  });
}

test(
  'linearScaling takes the rates of "ImageNet in 1 Hour": warm-up, then the schedule times k',
  { timeout },
  async () => {
    const learningRate = schedules.piecewiseConstantDecay({ boundaries: [99, 199], values: [0.1, 0.01, 0.001] });
    const scaled = schedules.linearScaling({ learningRate, batchSize: 8192, warmupSteps: 10 });
    const steps = [0, 1, 5, 9, 10, 99, 100, 200];
    // k = 8192 / 256 = 32: from 0.1 to 3.2 in equal parts.
    const expected = [0.1, 0.41, 1.65, 2.89, 3.2, 3.2, 0.32, 0.032];
    for (const isCompiled of [false, true]) assertRates(await ratesOf(scaled, steps, isCompiled), expected, steps);
    const constant = schedules.linearScaling({ learningRate: 0.1, batchSize: 128, baseBatchSize: 64 });
    assertRates(await ratesOf(constant, [0, 7], false), [0.2, 0.2], [0, 7]);
  },
);

test('a schedule of your own is called while the step is traced, and no more', { timeout }, async () => {
  let numCalls = 0;
  class Warm extends schedules.LearningRateSchedule {
    static readonly className = 'Warm';
    call(step: tf.Scalar): tf.Scalar {
      numCalls += 1;
      return tf.mul(tf.add(step, 1), 0.5);
    }
    getConfig(): tf.serialization.ConfigDict {
      return {};
    }
  }
  assert.deepEqual(await ratesOf(new Warm(), [0, 1, 2, 3], true), [0.5, 1, 1.5, 2]);
  assert.equal(numCalls, 1);
});

test('learningRate is the rate of the next step, and cannot be set', { timeout }, () => {
  const w = tf.variable(tf.scalar(0));
  const optimizer = train.sgd(schedules.exponentialDecay({ initialLearningRate: 0.5, decaySteps: 1, decayRate: 0.5 }));
  const gradient = tf.scalar(1);
  const rates = [0, 1, 2].map(() => {
    const rate = optimizer.learningRate;
    optimizer.applyGradients({ [w.name]: gradient });
    return rate;
  });
  assert.deepEqual(rates, [0.5, 0.25, 0.125]);
  assert.equal(w.dataSync()[0], -0.875);
  assert.throws(() => (optimizer.learningRate = 0.1), { name: 'UserError', code: 'TFD_OPTIMIZER_SCHEDULE' });
  assert.deepEqual(
    optimizer.variables().map(({ name }) => name),
    ['iterations'],
  );
});

test('scheduled steps leak no tensors, now and compiled', { timeout }, async () => {
  const w = tf.variable(tf.tensor1d([1, 2]));
  const gradient = tf.tensor1d([1, 1]);
  const learningRate = schedules.cosineDecay({
    initialLearningRate: 0,
    decaySteps: 9,
    warmupTarget: 1,
    warmupSteps: 3,
  });
  const optimizer = train.adam({ learningRate, gradientAccumulationSteps: 2, useEma: true, emaOverwriteFrequency: 2 });
  const apply = (): void => {
    optimizer.applyGradients({ [w.name]: gradient });
  };
  const step = compile(apply);
  const once = async (): Promise<void> => {
    apply();
    await step();
    optimizer.finalizeVariableValues();
    assert.ok(optimizer.learningRate >= 0);
  };
  await once();
  const before = [tf.memory().numTensors, tf.memory().numDataBuffers, numLiveTensors()];
  for (let i = 0; i < 20; i++) await once();
  assert.deepEqual([tf.memory().numTensors, tf.memory().numDataBuffers, numLiveTensors()], before);
  assert.equal(step.numTraces, 1);
});

test('a saved model keeps the schedule and the state of its optimizer', { timeout }, async () => {
  const x = tf.tensor2d([0.1, 0.2, -0.3, 0.4, 0.5, -0.6], [3, 2]);
  const y = tf.tensor2d([1, 0, -1], [3, 1]);
  const decay = schedules.polynomialDecay({ initialLearningRate: 0.1, decaySteps: 5 });
  const learningRate = schedules.linearScaling({ learningRate: decay, batchSize: 512, warmupSteps: 2 });
  const optimizer = train.lamb({ learningRate, weightDecay: 0.1, gradientAccumulationSteps: 2, useEma: true });
  const model = sequential({ layers: [layers.dense({ units: 4, inputShape: [2] }), layers.dense({ units: 1 })] });
  model.compile({ optimizer, loss: 'meanSquaredError' });
  await model.fit(x, y, { epochs: 3 });
  let saved: tf.io.ModelArtifacts = {};
  const handler = tf.io.withSaveHandler((artifacts) => {
    saved = artifacts;
    return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
  });
  await model.save(handler, { includeOptimizer: true });
  // The optimizer's configuration survives a trip through a file.
  saved.trainingConfig = JSON.parse(JSON.stringify(saved.trainingConfig)) as tf.io.TrainingConfig;
  const loaded = await loadLayersModel(tf.io.fromMemory(saved));
  assert.ok(loaded.optimizer instanceof train.Lamb);
  assert.deepEqual(loaded.optimizer.settings, optimizer.settings);
  assert.equal(loaded.optimizer.iterations, 1);
  for (const each of [model, loaded]) await each.fit(x, y, { epochs: 3, shuffle: false });
  const [expected, actual] = [model, loaded].map((each) => each.getWeights().map((weight) => weight.dataSync()));
  assert.deepEqual(actual, expected);
});

test('a checkpoint keeps half a step: gradients gathered so far, and averages', { timeout }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tfd-optimizers-'));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  const learningRate = schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 8 });
  const make = (): { w: tf.Variable; optimizer: train.Lion; step: () => void } => {
    const w = tf.variable(tf.tensor1d([1, -2]));
    const optimizer = train.lion({
      learningRate,
      gradientAccumulationSteps: 3,
      useEma: true,
      emaOverwriteFrequency: 2,
    });
    const step = (): void => {
      optimizer.applyGradients({ [w.name]: tf.tensor1d([0.5, 1]) });
    };
    return { w, optimizer, step };
  };
  const first = make();
  for (let i = 0; i < 5; i++) first.step();
  const prefix = await new Checkpoint({ w: first.w, optimizer: first.optimizer }).write(join(folder, 'half'));
  const second = make();
  await new Checkpoint({ w: second.w, optimizer: second.optimizer }).restore(prefix);
  assert.equal(second.optimizer.iterations, 1);
  assert.equal(second.optimizer.learningRate, first.optimizer.learningRate);
  for (let i = 0; i < 4; i++) {
    first.step();
    second.step();
    assert.deepEqual(second.w.dataSync(), first.w.dataSync());
  }
  assert.deepEqual(
    first.optimizer.variables((): string => 'w').map(({ name }) => name),
    ['iterations', 'w/momentum', 'w/average', 'w/gradient_accumulator'],
  );
});

test('gradients of all replicas are accumulated, and clipped where the step is complete', { timeout }, () => {
  const w = tf.variable(tf.tensor1d([0, 0]));
  const optimizer = train.sgd({ learningRate: 1, clipValue: 5, gradientAccumulationSteps: 2 });
  const applyReduced: ReplicaContext['applyReduced'] = (gradients, apply) => {
    apply(Object.fromEntries(Object.entries(gradients).map(([name, value]) => [name, tf.add(value, value)])));
  };
  const context = {
    replicaId: 0,
    numReplicas: 2,
    lossScale: 1,
    allReduce: (values: readonly tf.Tensor[]) => [...values],
  };
  const apply = (gradient: number[]): number[] => {
    inReplica({ ...context, applyReduced }, () => {
      optimizer.applyGradients({ [w.name]: tf.tensor1d(gradient) });
    });
    return Array.from(w.dataSync());
  };
  assert.deepEqual(apply([1, 4]), [0, 0]);
  assert.deepEqual(apply([2, 4]), [-3, -5]);
  assert.deepEqual(apply([NaN, Infinity]), [-3, -5]);
});

test('a variable without a gradient stays, and takes part in the average', { timeout }, () => {
  const [a, b] = [tf.variable(tf.scalar(1)), tf.variable(tf.scalar(2))];
  const optimizer = train.adam({ useEma: true, gradientAccumulationSteps: 2 });
  for (let i = 0; i < 2; i++) {
    optimizer.applyGradients({ [a.name]: tf.scalar(1), [b.name]: undefined } as unknown as tf.NamedTensorMap);
  }
  assert.ok((a.dataSync()[0] ?? 1) < 1);
  optimizer.finalizeVariableValues();
  assert.equal(b.dataSync()[0], 2);
});

test('finalizeVariableValues makes the weights their averages', { timeout }, () => {
  const [a, b] = [tf.variable(tf.scalar(1)), tf.variable(tf.scalar(10))];
  const optimizer = train.sgd({ learningRate: 1, useEma: true, emaMomentum: 0.5 });
  for (let i = 0; i < 2; i++) optimizer.applyGradients({ [a.name]: tf.scalar(1), [b.name]: tf.scalar(1) });
  assert.deepEqual([a.dataSync()[0], b.dataSync()[0]], [-1, 8]);
  const other = tf.variable(tf.scalar(7));
  optimizer.finalizeVariableValues([b, other]);
  assert.equal(other.dataSync()[0], 7);
  assert.deepEqual([a.dataSync()[0], b.dataSync()[0]], [-1, 8.5]);
  optimizer.finalizeVariableValues();
  assert.equal(a.dataSync()[0], -0.5);
});

test('wrong options of schedules are refused', { timeout }, () => {
  const refused = { name: 'UserError', code: 'TFD_SCHEDULE_OPTION' };
  const cosine = { initialLearningRate: 0.1, decaySteps: 10 };
  assert.throws(() => schedules.cosineDecay({ ...cosine, decaySteps: 0 }), refused);
  assert.throws(() => schedules.cosineDecay({ ...cosine, alpha: -1 }), refused);
  assert.throws(() => schedules.cosineDecay({ ...cosine, warmup: 5 } as never), refused);
  assert.throws(() => schedules.cosineDecay({ initialLearningRate: 0.1 } as never), refused);
  assert.throws(() => schedules.polynomialDecay({ ...cosine, cycle: 1 } as never), refused);
  assert.throws(() => schedules.piecewiseConstantDecay({ boundaries: [10], values: [1] }), refused);
  assert.throws(() => schedules.piecewiseConstantDecay({ boundaries: [10, 10], values: [1, 2, 3] }), refused);
  assert.throws(() => schedules.piecewiseConstantDecay({ boundaries: [10], values: ['a', 'b'] } as never), refused);
  assert.throws(() => schedules.linearScaling({ learningRate: 'fast', batchSize: 8 } as never), refused);
  const optimizer = { name: 'UserError', code: 'TFD_OPTIMIZER_OPTION' };
  assert.throws(() => train.sgd({ learningRate: 'fast' } as never), optimizer);
  assert.throws(() => train.sgd({ gradientAccumulationSteps: 1 }), optimizer);
  assert.throws(() => train.sgd({ emaOverwriteFrequency: 1.5 }), optimizer);
  assert.throws(() => train.sgd({ emaMomentum: 1.5 }), optimizer);
});
