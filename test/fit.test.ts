/** Training as in Keras and TF.js: `compile`, `fit`, `evaluate`, `predict`, and loops of one's own. */
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, test } from 'node:test';
import * as tf from '../src/index.ts';
import { OneDeviceStrategy } from '../src/strategy/index.ts';
import { shareOf } from '../src/strategy/share.ts';
import { shuffled } from '../src/train/loop/shuffle.ts';
import { Model, model as makeModel, Sequential, sequential, sgd, type FitArgs } from '../src/train/index.ts';

const timeout = 60_000;
const { layers } = tf;
tf.setRandomSeed(11);

/** A regression that a small network learns: the sum of squares of 4 inputs. */
function squares(numSamples = 96): { x: tf.Tensor2D; y: tf.Tensor2D } {
  const x = tf.randomUniform([numSamples, 4], -1, 1);
  return { x: x as tf.Tensor2D, y: tf.tidy(() => tf.sum(tf.square(x), 1, true)) };
}

function mlp(): Sequential {
  const model = sequential({
    layers: [layers.dense({ units: 16, activation: 'tanh', inputShape: [4] }), layers.dense({ units: 1 })],
  });
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError', metrics: ['mae'] });
  return model;
}

const quiet: FitArgs = { verbose: 0, seed: 5, batchSize: 16 };

function first(values: readonly (number | tf.Tensor)[] | undefined): number {
  return Number(values?.[0]);
}
function last(values: readonly (number | tf.Tensor)[] | undefined): number {
  return Number(values?.at(-1));
}

/** Images of 4 classes: a bright row whose position tells the class. */
function images(numSamples: number): { x: tf.Tensor4D; y: tf.Tensor1D } {
  const classes = Int32Array.from({ length: numSamples }, (_, index) => index % 4);
  const pixels = new Float32Array(numSamples * 64);
  classes.forEach((row, sample) => pixels.fill(1, sample * 64 + row * 16, sample * 64 + row * 16 + 8));
  return { x: tf.tensor4d(pixels, [numSamples, 8, 8, 1]), y: tf.tensor1d(Float32Array.from(classes)) };
}

/** Sequences of 8 words out of 10; the class tells whether word 3 is among them. */
function sequences(numSamples: number): { x: tf.Tensor2D; y: tf.Tensor2D } {
  const words = Float32Array.from(
    { length: numSamples * 8 },
    (_, index) => (index * 7 + Math.floor(index / 8) * 3) % 10,
  );
  for (let sample = 0; sample < numSamples; sample++) {
    for (let at = sample * 8; at < sample * 8 + 8; at++) if (words[at] === 3 && sample % 2 === 0) words[at] = 4;
    if (sample % 2 === 1) words[sample * 8 + (sample % 8)] = 3;
  }
  const y = Float32Array.from({ length: numSamples }, (_, sample) => sample % 2);
  return { x: tf.tensor2d(words, [numSamples, 8]), y: tf.tensor2d(y, [numSamples, 1]) };
}

describe('the loss falls', () => {
  test('of a multi-layer perceptron', { timeout }, async () => {
    const { x, y } = squares();
    const { history } = await mlp().fit(x, y, { ...quiet, epochs: 20 });
    assert.ok(last(history['loss']) < first(history['loss']) / 2, JSON.stringify(history['loss']));
  });

  test('of a convolutional network with batch normalization and dropout', { timeout }, async () => {
    const { x, y } = images(64);
    const model = sequential({
      layers: [
        layers.conv2d({ inputShape: [8, 8, 1], filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }),
        layers.batchNormalization(),
        layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', activation: 'relu' }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.dropout({ rate: 0.25 }),
        layers.flatten(),
        layers.dense({ units: 4, activation: 'softmax' }),
      ],
    });
    model.compile({ optimizer: tf.train.adam(0.02), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    const { history } = await model.fit(x, y, { ...quiet, epochs: 12 });
    assert.ok(last(history['loss']) < first(history['loss']) / 2, JSON.stringify(history['loss']));
    assert.ok(last(history['acc']) > 0.8, JSON.stringify(history['acc']));
  });

  test('of an LSTM', { timeout }, async () => {
    const { x, y } = sequences(64);
    const model = sequential({
      layers: [
        layers.embedding({ inputDim: 10, outputDim: 8, inputLength: 8 }),
        layers.lstm({ units: 8 }),
        layers.dense({ units: 1, activation: 'sigmoid' }),
      ],
    });
    model.compile({ optimizer: tf.train.adam(0.03), loss: 'binaryCrossentropy', metrics: ['accuracy'] });
    const { history } = await model.fit(x, y, { ...quiet, epochs: 12 });
    assert.ok(last(history['loss']) < first(history['loss']) / 1.5, JSON.stringify(history['loss']));
  });

  test('of embeddings with attention, as a functional model', { timeout }, async () => {
    const { x, y } = sequences(64);
    const words = tf.input({ shape: [8] });
    const embedded = layers.embedding({ inputDim: 10, outputDim: 8, inputLength: 8 }).apply(words) as tf.SymbolicTensor;
    const score = layers.dense({ units: 1 }).apply(embedded) as tf.SymbolicTensor;
    const flat = layers.flatten().apply(score) as tf.SymbolicTensor;
    const attention = layers.softmax().apply(flat) as tf.SymbolicTensor;
    const mixed = layers.dot({ axes: 1 }).apply([attention, embedded]) as tf.SymbolicTensor;
    const output = layers.dense({ units: 1, activation: 'sigmoid' }).apply(mixed) as tf.SymbolicTensor;
    const model = makeModel({ inputs: words, outputs: output });
    model.compile({ optimizer: tf.train.adam(0.05), loss: 'binaryCrossentropy' });
    const { history } = await model.fit(x, y, { ...quiet, epochs: 15 });
    assert.ok(last(history['loss']) < first(history['loss']) / 1.5, JSON.stringify(history['loss']));
  });
});

test('three steps give the weights of a loop by hand, with TF.js’s own optimizer', { timeout }, async () => {
  const build = (): Sequential =>
    sequential({
      layers: [
        layers.dense({ units: 8, activation: 'tanh', inputShape: [4], kernelRegularizer: 'l1l2' }),
        layers.batchNormalization(),
        layers.dense({ units: 1 }),
      ],
    });
  const { x, y } = squares(24);
  const [compiled, byHand] = [build(), build()];
  byHand.setWeights(compiled.getWeights());
  compiled.compile({ optimizer: new tf.MomentumOptimizer(0.1, 0.9), loss: 'meanSquaredError' });
  const { history } = await compiled.fit(x, y, { verbose: 0, batchSize: 8, shuffle: false });

  const optimizer = new tf.MomentumOptimizer(0.1, 0.9);
  const losses: number[] = [];
  for (let start = 0; start < 24; start += 8) {
    const loss = optimizer.minimize(
      () => {
        const output = byHand.apply(x.slice([start, 0], [8, 4]), { training: true }) as tf.Tensor;
        const error = tf.losses.meanSquaredError<tf.Tensor, tf.Scalar>(y.slice([start, 0], [8, 1]), output);
        return byHand.calculateLosses().reduce((sum, each) => tf.add(sum, each), error);
      },
      true,
      byHand.trainableVariables,
    );
    losses.push(Number((await loss?.data())?.[0]));
  }
  const mean = losses.reduce((sum, each) => sum + each) / losses.length;
  assert.ok(Math.abs(first(history['loss']) - mean) < 1e-5, `${first(history['loss'])} and ${mean}`);
  compiled.getWeights().forEach((weight, index) => {
    const other = byHand.getWeights()[index] as tf.Tensor;
    const difference = tf.max(tf.abs(tf.sub(weight, other))).dataSync()[0];
    assert.ok(Number(difference) < 1e-5, `weight ${index} differs by ${difference}`);
  });
});

describe('history, callbacks and validation', () => {
  test('follow TF.js', { timeout }, async () => {
    const { x, y } = squares(40);
    const model = mlp();
    const calls: string[] = [];
    const sizes: unknown[] = [];
    const result = await model.fit(x, y, {
      ...quiet,
      initialEpoch: 1,
      epochs: 3,
      validationSplit: 0.1,
      callbacks: {
        onTrainBegin: () => void calls.push('begin'),
        onEpochBegin: (epoch) => void calls.push(`epoch ${epoch}`),
        onBatchEnd: (batch, logs) => {
          calls.push(`batch ${batch}`);
          sizes.push(logs?.['size']);
          assert.equal(typeof logs?.['loss'], 'number');
        },
        onEpochEnd: (_epoch, logs) => void calls.push(Object.keys(logs ?? {}).join()),
        onTrainEnd: () => void calls.push('end'),
      },
    });
    const epoch = ['batch 0', 'batch 1', 'batch 2', 'loss,mae,val_loss,val_mae'];
    assert.deepEqual(calls, ['begin', 'epoch 1', ...epoch, 'epoch 2', ...epoch, 'end']);
    assert.deepEqual(sizes, [16, 16, 4, 16, 16, 4]);
    assert.deepEqual(result.epoch, [1, 2]);
    assert.equal(result.history['val_mae']?.length, 2);
    assert.ok(result.samplesPerSecond > 0);
    assert.equal(model.history, result);
  });

  test('the epoch’s loss is the mean over its samples, and validation equals evaluate', { timeout }, async () => {
    const { x, y } = squares(40);
    const model = mlp();
    const batches: [number, number][] = [];
    const { history } = await model.fit(x, y, {
      ...quiet,
      validationData: [x, y],
      callbacks: { onBatchEnd: (_batch, logs) => void batches.push([Number(logs?.['loss']), Number(logs?.['size'])]) },
    });
    const mean = batches.reduce((sum, [loss, size]) => sum + loss * size, 0) / 40;
    assert.ok(Math.abs(first(history['loss']) - mean) < 1e-6);
    const now = model.evaluate(x, y, { batchSize: 7 }) as tf.Scalar[];
    const compiled = (await model.evaluateAsync(x, y, { batchSize: 7 })) as tf.Scalar[];
    for (const [index, name] of ['val_loss', 'val_mae'].entries()) {
      const expected = last(history[name]);
      assert.ok(Math.abs(Number(now[index]?.dataSync()[0]) - expected) < 1e-5);
      assert.ok(Math.abs(Number(compiled[index]?.dataSync()[0]) - expected) < 1e-5);
    }
  });

  test('early stopping and stopTraining end it', { timeout }, async () => {
    const { x, y } = squares(32);
    const model = mlp();
    const stopping = tf.callbacks.earlyStopping({ monitor: 'loss', minDelta: 1e6, patience: 1 });
    const early = await model.fit(x, y, { ...quiet, epochs: 50, callbacks: [stopping] });
    assert.equal(early.epoch.length, 2);
    let numSteps = 0;
    const stopped = await model.fit(x, y, {
      ...quiet,
      epochs: 50,
      callbacks: {
        onBatchEnd: () => {
          numSteps += 1;
          if (numSteps === 3) model.stopTraining = true;
        },
      },
    });
    assert.equal(numSteps, 3);
    assert.equal(stopped.epoch.length, 2);
  });

  test('class weights count', { timeout }, async () => {
    const { x, y } = images(8);
    const model = sequential({
      layers: [layers.flatten({ inputShape: [8, 8, 1] }), layers.dense({ units: 4, activation: 'softmax' })],
    });
    model.compile({ optimizer: sgd({ learningRate: 0 }), loss: 'sparseCategoricalCrossentropy' });
    const plain = await model.fit(x, y, quiet);
    const doubled = await model.fit(x, y, { ...quiet, classWeight: { 0: 2, 1: 2, 2: 2, 3: 2 } });
    assert.ok(Math.abs(first(doubled.history['loss']) - 2 * first(plain.history['loss'])) < 1e-5);
  });

  test('the same seed gives the same losses, another one others', { timeout }, async () => {
    const { x, y } = squares(64);
    const weights = mlp().getWeights();
    const run = async (seed: number): Promise<unknown> => {
      const model = mlp();
      model.setWeights(weights);
      return (await model.fit(x, y, { ...quiet, seed, epochs: 2 })).history['loss'];
    };
    const loss = await run(1);
    assert.deepEqual(await run(1), loss);
    assert.notDeepEqual(await run(2), loss);
  });
});

describe('the other methods', () => {
  test('trainOnBatch takes one step and gives the loss before it', { timeout }, async () => {
    const { x, y } = squares(16);
    const model = mlp();
    const [loss] = (await model.trainOnBatch(x, y)) as number[];
    const [later] = (await model.trainOnBatch(x, y)) as number[];
    assert.ok(Number(later) < Number(loss));
  });

  test('predict, predictOnBatch and predictAsync agree', { timeout }, async () => {
    const { x } = squares(20);
    const model = mlp();
    const expected = (model.predict(x, { batchSize: 6 }) as tf.Tensor).dataSync();
    assert.deepEqual((model.predictOnBatch(x) as tf.Tensor).dataSync(), expected);
    const compiled = (await model.predictAsync(x, { batchSize: 6 })) as tf.Tensor;
    assert.deepEqual(compiled.shape, [20, 1]);
    compiled.dataSync().forEach((value, index) => {
      assert.ok(Math.abs(value - Number(expected[index])) < 1e-6);
    });
  });

  test('a model with two outputs has a loss for each, everywhere in the order of the names', { timeout }, async () => {
    const { x, y } = squares(16);
    const input = tf.input({ shape: [4] });
    const outputs = ['a', 'b'].map((name) => layers.dense({ units: 1, name }).apply(input) as tf.SymbolicTensor);
    const model = makeModel({ inputs: input, outputs });
    model.compile({ optimizer: sgd({ learningRate: 0 }), loss: 'meanSquaredError' });
    const { history } = await model.fit(x, [y, y], { ...quiet, validationData: [x, [y, y]] });
    const names = ['loss', 'a_loss', 'b_loss'];
    const training = names.map((name) => first(history[name]));
    assert.ok(Math.abs(Number(training[0]) - Number(training[1]) - Number(training[2])) < 1e-5);
    const evaluated = (model.evaluate(x, [y, y]) as tf.Scalar[]).map((value) => value.dataSync()[0]);
    names.forEach((name, index) => {
      assert.ok(Math.abs(first(history[`val_${name}`]) - Number(training[index])) < 1e-5, name);
      assert.ok(Math.abs(Number(evaluated[index]) - Number(training[index])) < 1e-5, name);
    });
  });

  test('a saved model comes back as ours, and trains on', { timeout }, async () => {
    const { x, y } = squares(16);
    const model = mlp();
    await model.fit(x, y, quiet);
    let saved: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler((artifacts) => {
        saved = artifacts;
        return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' as const } });
      }),
      { includeOptimizer: true },
    );
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved as tf.io.ModelArtifacts));
    assert.ok(loaded instanceof Sequential);
    assert.deepEqual((loaded.predict(x) as tf.Tensor).dataSync(), (model.predict(x) as tf.Tensor).dataSync());
    const [on, again] = [await model.trainOnBatch(x, y), await loaded.trainOnBatch(x, y)];
    assert.deepEqual(again, on);
    assert.ok(makeModel({ inputs: tf.input({ shape: [1] }), outputs: [] }) instanceof Model);
  });

  test('a loop of one’s own trains by strategy.run', { timeout }, async () => {
    const strategy = new OneDeviceStrategy();
    const { x, y } = squares(32);
    const model = strategy.scope(() =>
      sequential({
        layers: [layers.dense({ units: 8, activation: 'tanh', inputShape: [4] }), layers.dense({ units: 1 })],
      }),
    );
    const optimizer = sgd({ learningRate: 0.1 });
    const variables = model.trainableVariables;
    const step = (inputs: tf.Tensor, targets: tf.Tensor): tf.Scalar | null =>
      optimizer.minimize(
        () => tf.losses.meanSquaredError<tf.Tensor, tf.Scalar>(targets, model.apply(inputs) as tf.Tensor),
        true,
        variables,
      );
    const losses: number[] = [];
    for (let index = 0; index < 20; index++) {
      const loss = await strategy.run(step, [x, y]);
      const mean = await strategy.reduce('mean', loss as tf.Scalar);
      losses.push(Number(mean.dataSync()[0]));
      tf.dispose([loss as tf.Scalar, mean]);
    }
    assert.ok(last(losses) < first(losses) / 2, losses.join(' '));
  });
});

test('without a terminal, each epoch is one plain line', { timeout }, async () => {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const { x, y } = squares(32);
  const model = mlp();
  for (const verbose of [1, 2] as const) {
    text = '';
    await model.fit(x, y, { ...quiet, verbose, epochs: 2, validationSplit: 0.5, progressStream: stream });
    const time = String.raw`[\d.]+ m?s`;
    const number = String.raw`[\d.e+-]+`;
    const facts = `[\\d,]+ samples/s  loss ${number}  mae ${number}  val_loss ${number}  val_mae ${number}`;
    assert.match(
      text,
      new RegExp(`^Epoch 1/2  1 steps in ${time}  ${facts}\nEpoch 2/2  1 steps in ${time}  ${facts}\n$`),
    );
  }
  text = '';
  await model.fit(x, y, { ...quiet, verbose: 0, progressStream: stream });
  assert.equal(text, '');
});

describe('wrong use gets an error that says what to do', () => {
  const code = (expected: string) => (error: unknown) => {
    assert.equal((error as { code?: string }).code, expected);
    return true;
  };

  test('of fit', { timeout }, async () => {
    const { x, y } = squares(8);
    const fresh = sequential({ layers: [layers.dense({ units: 1, inputShape: [4] })] });
    await assert.rejects(fresh.fit(x, y), code('TFD_NOT_COMPILED'));
    await assert.rejects(sequential().fit(x, y), code('TFD_NOT_COMPILED'));
    const model = mlp();
    for (const batchSize of [0, -1, 1.5, Number.NaN]) {
      await assert.rejects(model.fit(x, y, { batchSize }), code('TFD_BATCH_SIZE'));
    }
    await assert.rejects(model.fit(x, y, { epochs: 1.5 }), code('TFD_FIT_ARGS'));
    await assert.rejects(model.fit(x, y, { validationSplit: 1 }), code('TFD_FIT_ARGS'));
    await assert.rejects(model.fit(x, tf.zeros([7, 1])), (error: Error) => {
      assert.match(error.message, /8 rows of inputs and 7 rows of targets/);
      return code('TFD_FIT_LENGTHS')(error);
    });
    await assert.rejects(model.fit(tf.zeros([8, 3]), y), code('TFD_FIT_DATA'));
    const running = model.fit(x, y, quiet);
    await assert.rejects(model.fit(x, y, quiet), code('TFD_FIT_RUNNING'));
    await running;
  });

  test('of compile', { timeout }, () => {
    const model = mlp();
    const loss = 'meanSquaredError';
    assert.throws(() => model.compile({ optimizer: 'adam', loss: 'nonsense' }), code('TFD_COMPILE'));
    assert.throws(() => model.compile({ optimizer: 'adam', loss, metrics: ['nonsense'] }), code('TFD_COMPILE'));
    assert.throws(() => model.compile({ optimizer: 'nonsense', loss }), code('TFD_OPTIMIZER_UNKNOWN'));
  });

  test('of more workers than samples', { timeout }, async () => {
    class Five extends OneDeviceStrategy {
      override readonly numReplicas = 5 as unknown as 1;
    }
    const model = new Five().scope(mlp);
    const { x, y } = squares(8);
    await assert.rejects(model.fit(x, y, { batchSize: 4 }), (error: Error) => {
      assert.match(error.message, /5 workers, 8 samples, a batch size of 4/);
      return code('TFD_TOO_FEW_BATCHES')(error);
    });
    await assert.rejects(model.fit(x.slice(0, 4), y.slice(0, 4)), code('TFD_TOO_FEW_BATCHES'));
  });
});

test('shares are contiguous, cover the batch, and differ by one sample at most', () => {
  for (const size of [1, 5, 32, 33]) {
    for (const numReplicas of [1, 2, 3, 7]) {
      const shares = Array.from({ length: numReplicas }, (_, replica) => shareOf(size, numReplicas, replica));
      let end = 0;
      for (const share of shares) {
        assert.equal(share.start, end);
        end = share.end;
      }
      assert.equal(end, size);
      const sizes = shares.map((share) => share.end - share.start);
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
      assert.ok(Math.abs(shares.reduce((sum, { weight }) => sum + weight, 0) - 1) < 1e-12);
    }
  }
});

test('shuffling keeps every sample, and depends on seed and epoch', () => {
  const rows = Int32Array.from({ length: 100 }, (_, index) => index);
  const order = shuffled(rows, 1, 0);
  assert.deepEqual(
    [...order].sort((a, b) => a - b),
    [...rows],
  );
  assert.deepEqual(shuffled(rows, 1, 0), order);
  assert.notDeepEqual(shuffled(rows, 1, 1), order);
  assert.notDeepEqual(shuffled(rows, 2, 0), order);
});

test('fit ends on the average of the weights where the optimizer keeps one', { timeout }, async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [1], units: 1, kernelInitializer: 'ones' })] });
  // With a momentum of 1 the average stays at what the first step gave.
  model.compile({
    optimizer: tf.train.sgd({ learningRate: 0.1, useEma: true, emaMomentum: 1 }),
    loss: 'meanSquaredError',
  });
  const afterSteps: number[] = [];
  const read = (): number => model.getWeights()[0]?.dataSync()[0] as number;
  await model.fit(tf.ones([8, 1]), tf.zeros([8, 1]), {
    batchSize: 2,
    verbose: 0,
    callbacks: { onBatchEnd: () => void afterSteps.push(read()) },
  });
  assert.equal(afterSteps.length, 4);
  assert.notEqual(afterSteps[0], afterSteps[3]);
  assert.equal(read(), afterSteps[0]);
});
