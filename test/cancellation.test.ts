/** An `AbortSignal` ends calls of compiled functions, and `fit`, `evaluateAsync` and `predictAsync`. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import * as tf from '../src/index.ts';
import { numLiveTensors } from '../src/tensor/index.ts';

const timeout = 120_000;
const values = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());

/** Counts to its argument: for ever, if that is infinite. */
const count = tf.function((end: tf.Tensor) =>
  tf.whileLoop(
    (i) => i.less(end),
    (i) => i.add(1).minimum(1e6),
    tf.scalar(0),
  ),
);
const forEver = tf.scalar(Infinity);

const rejectsWith = (promise: Promise<unknown>, reason: unknown): Promise<void> =>
  assert.rejects(promise, (error: unknown) => {
    assert.equal(error, reason);
    return true;
  });

test('a call that runs ends with the reason, and the function can be called again', { timeout }, async () => {
  const controller = new AbortController();
  const promise = count.withSignal(controller.signal)(forEver);
  setTimeout(() => {
    controller.abort();
  }, 50);
  await assert.rejects(promise, { name: 'AbortError' });
  await rejectsWith(promise, controller.signal.reason);
  assert.deepEqual(values(await count(tf.scalar(3))), [3]);
  const limit = AbortSignal.timeout(50);
  await assert.rejects(count.withSignal(limit)(forEver), { name: 'TimeoutError' });
  assert.equal(getEventListeners(limit, 'abort').length, 0);
});

test('calls that wait never start, and later ones wait for what runs', { timeout }, async () => {
  const calls = tf.variable(tf.scalar(0));
  const step = tf.function((x: tf.Tensor) => {
    calls.assign(calls.add(1));
    return x.add(1);
  });
  const [running, waiting] = [new AbortController(), new AbortController()];
  const order: string[] = [];
  const note = (what: string) => (): void => void order.push(what);
  const first = count.withSignal(running.signal)(forEver).catch(note('running'));
  const second = step.withSignal(waiting.signal)(tf.scalar(1));
  const third = step(tf.scalar(2)).then(note('third'));
  const reason = new RangeError('enough');
  setTimeout(() => {
    waiting.abort(reason);
  }, 20);
  await rejectsWith(second, reason);
  order.push('waiting');
  await sleep(50);
  assert.deepEqual(order, ['waiting'], 'the third call waits although the second has ended');
  running.abort();
  await Promise.all([first, third]);
  assert.deepEqual(order, ['waiting', 'running', 'third']);
  assert.deepEqual(values(calls), [1]);
});

test('a signal that is aborted already rejects at once, before anything is traced', { timeout }, async () => {
  let numTraced = 0;
  const fn = tf.function((x: tf.Tensor) => {
    numTraced += 1;
    return x.add(1);
  });
  const reason = new TypeError('too late');
  const signal = AbortSignal.abort(reason);
  await rejectsWith(fn.withSignal(signal)(tf.scalar(1)), reason);
  assert.equal(numTraced, 0);
});

test('a function with a signal is the same function, and two signals both end it', { timeout }, async () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const named = tf.function((x: tf.Tensor) => x.add(1), { name: 'increment' });
  const limited: typeof named = named.withSignal(one.signal);
  assert.deepEqual(values(await limited(tf.scalar(1))), [2]);
  assert.deepEqual(values(limited.inline(tf.scalar(1))), [2]);
  assert.deepEqual([limited.name, limited.numTraces, named.numTraces], ['increment', 1, 1]);
  assert.equal(limited.inspect(tf.scalar(1)).at(-1)?.op, 'AddV2');
  const promise = count.withSignal(one.signal).withSignal(other.signal)(forEver);
  other.abort();
  await rejectsWith(promise, other.signal.reason);
});

test('operations without a loop run to their end, and their results are given back', { timeout }, async () => {
  const total = tf.variable(tf.scalar(0));
  const step = tf.function((x: tf.Tensor2D) => {
    total.assign(total.add(1));
    let y: tf.Tensor = x;
    for (let i = 0; i < 20; i++) y = y.matMul(x);
    return y;
  });
  const x = tf.ones<tf.Rank.R2>([300, 300]);
  tf.dispose(await step(x));
  const before = numLiveTensors();
  const controller = new AbortController();
  const promise = step.withSignal(controller.signal)(x);
  const reason = new Error('stop');
  setTimeout(() => {
    controller.abort(reason);
  }, 5);
  await rejectsWith(promise, reason);
  assert.equal(numLiveTensors(), before);
  assert.deepEqual(values(total), [2]);
});

test('300 calls that are ended leave nothing behind', { timeout }, async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const once = async (): Promise<void> => {
    const each = new AbortController();
    const promises = [count.withSignal(each.signal)(forEver), count.withSignal(each.signal)(forEver)];
    await sleep(2);
    each.abort();
    await Promise.all(promises.map((promise) => assert.rejects(promise)));
    assert.equal(getEventListeners(each.signal, 'abort').length, 0);
    tf.dispose(await count.withSignal(signal)(tf.scalar(2)));
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  };
  for (let i = 0; i < 20; i++) await once();
  const before = { live: numLiveTensors(), tensors: tf.memory().numTensors, bytes: process.memoryUsage().rss };
  for (let i = 0; i < 300; i++) await once();
  // The argument of each call is a tensor of the test's own.
  assert.equal(tf.memory().numTensors - before.tensors, 300);
  assert.equal(numLiveTensors() - before.live, 300);
  const grownMiB = (process.memoryUsage().rss - before.bytes) / 2 ** 20;
  assert.ok(grownMiB < 30, `${grownMiB} MiB more`);
});

function makeModel(): tf.Sequential {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return model;
}

test('fit ends after the step in flight, and the model trains on', { timeout }, async () => {
  const model = makeModel();
  const [x, y] = [tf.ones([40, 3]), tf.ones([40, 1])];
  const controller = new AbortController();
  const reason = new RangeError('enough');
  let numSteps = 0;
  const onBatchEnd = (): void => {
    numSteps += 1;
    if (numSteps === 12) controller.abort(reason);
  };
  const { signal } = controller;
  await rejectsWith(
    model.fit(x, y, { batchSize: 4, epochs: 50, verbose: 0, callbacks: { onBatchEnd }, signal }),
    reason,
  );
  assert.equal(numSteps, 12);
  assert.deepEqual(model.history.epoch, [0]);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
  for (const again of [
    model.fit(x, y, { verbose: 0, signal }),
    model.evaluateAsync(x, y, { signal }),
    model.predictAsync(x, { signal }),
  ]) {
    await rejectsWith(again, reason);
  }
  const { history } = await model.fit(x, y, { epochs: 3, verbose: 0, signal: new AbortController().signal });
  const [first, , last] = history['loss'] as number[];
  assert.ok((last as number) < (first as number));
});

test('evaluateAsync and predictAsync end after the batch in flight', { timeout }, async () => {
  const model = makeModel();
  const [x, y] = [tf.ones([20_000, 3]), tf.ones([20_000, 1])];
  for (const run of [
    (signal: AbortSignal) => model.evaluateAsync(x, y, { batchSize: 1, signal }),
    (signal: AbortSignal) => model.predictAsync(x, { batchSize: 1, signal }),
  ]) {
    const before = numLiveTensors();
    const startMs = performance.now();
    const signal = AbortSignal.timeout(100);
    await assert.rejects(run(signal), { name: 'TimeoutError' });
    assert.ok(performance.now() - startMs < 1000);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    // What the first step has compiled stays.
    assert.ok(numLiveTensors() - before < 10);
  }
});
