/** The whole library in one file: read this first. Each test is a complete, small use of one part. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as tf from '../src/index.ts';
import { launch } from '../src/launch/index.ts';

const timeout = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'tfjs-distribute-tiny-'));
after(() => {
  rmSync(folder, { recursive: true });
});

test('eager: TF.js as you know it, on TensorFlow’s kernels', { timeout }, () => {
  const x = tf.tensor2d([
    [1, 2],
    [3, 4],
  ]);
  const y = x.matMul(x).add(1).relu();
  assert.deepEqual(y.arraySync(), [
    [8, 11],
    [16, 23],
  ]);
  const slope = tf.grad((v: tf.Tensor) => v.square().sum())(x);
  assert.deepEqual(Array.from(slope.dataSync()), [2, 4, 6, 8]);
  assert.equal(tf.getBackend(), 'tensorflow');
});

test('tf.function: a TypeScript function becomes one TensorFlow function', { timeout }, async () => {
  const total = tf.variable(tf.scalar(0));
  const accumulate = tf.function((x: tf.Tensor) => {
    total.assign(total.add(x.sum()));
    return { total: total.clone(), largest: x.max() };
  });

  await accumulate(tf.tensor1d([1, 2, 3]));
  const { total: sum, largest } = await accumulate(tf.tensor1d([4, 5, 6]));
  assert.equal(sum.dataSync()[0], 21);
  assert.equal(largest.dataSync()[0], 6);
  assert.equal(accumulate.numTraces, 1, 'one signature, one trace');
  assert.equal(total.dataSync()[0], 21, 'the variable was updated in place');
});

test('a mistake is an error that says what to do', { timeout }, async () => {
  const peek = tf.function((x: tf.Tensor) => (x.dataSync()[0] === 0 ? x : x.neg()));
  await assert.rejects(peek(tf.scalar(1)), (error: unknown) => {
    assert.ok(error instanceof tf.UserError);
    assert.equal(error.code, 'TFD_TRACE_READ');
    assert.match(error.received ?? '', /tiny\.test\.ts:\d+/, 'it names the line');
    assert.match(error.remedy ?? '', /tf\.where/);
    return true;
  });
});

test('training by hand: gradients and the optimizer’s update in one compiled step', { timeout }, async () => {
  const slope = tf.variable(tf.scalar(0));
  const offset = tf.variable(tf.scalar(0));
  const optimizer = tf.train.sgd(0.1);
  const step = tf.function((x: tf.Tensor, y: tf.Tensor) =>
    optimizer.minimize(() => tf.losses.meanSquaredError(y, x.mul(slope).add(offset)), true),
  );

  const x = tf.tensor1d([-1, 0, 1, 2]);
  const y = x.mul(3).add(1);
  for (let i = 0; i < 100; i++) (await step(x, y))?.dispose();
  assert.ok(Math.abs((slope.dataSync()[0] as number) - 3) < 0.01);
  assert.ok(Math.abs((offset.dataSync()[0] as number) - 1) < 0.01);
});

test('models: compile, fit, evaluate, save, load', { timeout }, async () => {
  tf.setRandomSeed(1);
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [2], units: 16, activation: 'tanh' }),
      tf.layers.dense({ units: 1, activation: 'sigmoid' }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.05), loss: 'binaryCrossentropy', metrics: ['accuracy'] });
  const x = tf.tensor2d([0, 0, 0, 1, 1, 0, 1, 1], [4, 2]);
  const exclusiveOr = tf.tensor2d([0, 1, 1, 0], [4, 1]);

  const history = await model.fit(x, exclusiveOr, { batchSize: 4, epochs: 200, verbose: 0 });
  assert.equal(history.history['loss']?.length, 200);
  const [, accuracy] = model.evaluate(x, exclusiveOr) as tf.Scalar[];
  assert.equal(accuracy?.dataSync()[0], 1);

  await model.save(`file://${folder}/model`);
  const loaded = await tf.loadLayersModel(`file://${folder}/model/model.json`);
  const [predicted, again] = [model.predict(x), loaded.predict(x)] as [tf.Tensor, tf.Tensor];
  assert.deepEqual(Array.from(again.dataSync()), Array.from(predicted.dataSync()));
});

test('a strategy: the same model, its gradients averaged over all workers', { timeout }, async () => {
  // Started by itself this process is the only worker; the command line starts as many as you like.
  const strategy = new tf.distribute.MultiWorkerMirroredStrategy();
  const weight = strategy.scope(() => tf.variable(tf.scalar(2)));
  const optimizer = tf.train.sgd(0.5);
  const step = (target: tf.Scalar): tf.Scalar | null =>
    optimizer.minimize(() => weight.sub(target).square().asScalar(), true);

  const loss = await strategy.run(step, [tf.scalar(5)]);
  assert.equal((await strategy.reduce('mean', loss as tf.Scalar)).dataSync()[0], 9);
  assert.equal(weight.dataSync()[0], 5);
});

test('the launcher: one command, several workers', { timeout }, async () => {
  // As `npx tfjs-distribute run --workers 2 --threads-per-worker 1 test/workers/customLoop.ts`.
  const script = join(import.meta.dirname, 'workers/customLoop.ts');
  assert.equal(await launch({ script, numWorkers: 2, threadsPerWorker: 1 }), 0);
});
