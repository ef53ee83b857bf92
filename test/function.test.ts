/** `tf.function`: what goes in and out, what it captures, what it refuses, and that it leaves nothing behind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TracedOperation } from '../src/graph/index.ts';
import * as tf from '../src/index.ts';
import { numLiveTensors } from '../src/tensor/index.ts';

const timeout = 60_000;
const values = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());

test('arguments and results are nested arrays and plain objects of tensors and plain values', { timeout }, async () => {
  const fn = tf.function((batch: { x: tf.Tensor; ys: tf.Tensor[] }, scale: number, label: string) => ({
    label,
    sums: batch.ys.map((y) => y.add(batch.x).mul(scale)),
    same: batch.x,
    twice: [batch.x, batch.x],
    nothing: undefined,
  }));
  const batch = { x: tf.scalar(1), ys: [tf.tensor1d([1, 2]), tf.scalar(3)] };
  const result = await fn(batch, 2, 'a');
  assert.deepEqual(result.sums.map(values), [[4, 6], [8]]);
  assert.deepEqual(values(result.same), [1]);
  assert.deepEqual(result.twice.map(values), [[1], [1]]);
  assert.equal(result.label, 'a');
  assert.deepEqual(Object.keys(result), ['label', 'sums', 'same', 'twice', 'nothing']);
});

test('every dtype of TF.js passes', { timeout }, async () => {
  const fn = tf.function((tensors: tf.Tensor[]) => tensors.map((tensor) => tensor.reshape([1, -1])));
  const results = await fn([
    tf.tensor1d([1.5, 2]),
    tf.tensor1d([1, -2], 'int32'),
    tf.tensor1d([true, false]),
    tf.tensor1d(['a', 'ü']),
    tf.complex([1, 2], [3, 4]),
  ]);
  assert.deepEqual(
    results.slice(0, 4).map((tensor) => tensor.arraySync()),
    [[[1.5, 2]], [[1, -2]], [[1, 0]], [['a', 'ü']]],
  );
  assert.deepEqual(values(tf.imag(results[4] as tf.Tensor)), [3, 4]);
});

test(
  'a tensor from outside keeps its value for the function, also when its owner disposes it',
  { timeout },
  async () => {
    const outside = tf.scalar(2);
    const fn = tf.function((x: tf.Tensor) => x.mul(outside));
    assert.deepEqual(values(await fn(tf.scalar(3))), [6]);
    outside.dispose();
    assert.deepEqual(values(await fn(tf.scalar(4))), [8]);
  },
);

test('an argument may be disposed as soon as the call is made', { timeout }, async () => {
  const fn = tf.function((x: tf.Tensor) => x.neg());
  const x = tf.scalar(3);
  const pending = fn(x);
  x.dispose();
  assert.deepEqual(values(await pending), [-3]);
});

test('reads and writes of variables keep their order', { timeout }, async () => {
  const [a, b] = [tf.variable(tf.scalar(1)), tf.variable(tf.scalar(10))];
  const fn = tf.function(() => {
    const first = a.add(0);
    a.assign(b.add(a));
    const second = a.add(0);
    b.assign(a.mul(2));
    a.assign(tf.scalar(0));
    return [first, second, b.add(0), a, { again: a }] as const;
  });
  const [first, second, third, fourth, { again }] = await fn();
  assert.deepEqual(
    [first, second, third, fourth, again].map((tensor) => values(tensor)[0]),
    [1, 11, 22, 0, 0],
  );
  assert.ok(!(again instanceof tf.Variable), 'a returned variable stands for its value');
  a.assign(tf.scalar(5));
  assert.deepEqual(values((await fn())[1]), [27], 'an assignment outside is seen');
});

test('a variable that is an argument is updated in place', { timeout }, async () => {
  const increase = tf.function((counter: tf.Variable) => {
    counter.assign(counter.add(1));
  });
  const [one, other] = [tf.variable(tf.scalar(0)), tf.variable(tf.scalar(10))];
  await increase(one);
  await increase(one);
  await increase(other);
  assert.deepEqual([values(one), values(other)], [[2], [11]]);
  assert.equal(increase.numTraces, 2, 'one trace a variable');
});

test('gradients, also of gradients', { timeout }, async () => {
  const fn = tf.function((x: tf.Tensor) => tf.grad((v: tf.Tensor) => tf.grad((w: tf.Tensor) => w.pow(3).sum())(v))(x));
  assert.deepEqual(values(await fn(tf.tensor1d([1, 2]))).map(Math.round), [6, 12]);
});

test('each signature is traced once, and the warning says what differed', { timeout }, async (t) => {
  const written: string[] = [];
  t.mock.method(process.stderr, 'write', (text: string) => written.push(text));
  const fn = tf.function((x: tf.Tensor, options: unknown) => (options === undefined ? x : x.add(1)), {
    name: 'step',
    warnAfterTraces: 6,
  });
  await fn(tf.zeros([2]), 1);
  await fn(tf.ones([2]), 1);
  assert.equal(fn.numTraces, 1);
  await fn(tf.zeros([3]), 1);
  await fn(tf.zeros([3], 'int32'), 1);
  await fn(tf.zeros([3]), 2);
  await fn(tf.zeros([3]), '2');
  await fn(tf.zeros([3]), ['2']);
  assert.equal(fn.numTraces, 6);
  assert.equal(written.length, 0);
  await fn(tf.zeros([3]), ['2', '2']);
  await fn(tf.zeros([3]), ['2 "2"']);
  assert.equal(fn.numTraces, 8);
  assert.equal(written.length, 2);
  assert.match(written[0] ?? '', /"step" was traced for the 7th time/);
  assert.match(written[0] ?? '', /Before: .*float32\[3\].*"2" .*\n {2}Now: {4}.*float32\[3\].*"2" "2"/);
});

test(
  'a function that cannot be compiled is refused with the line, and leaves nothing behind',
  { timeout },
  async () => {
    const refused: [code: string, fn: (x: tf.Tensor) => unknown][] = [
      ['TFD_TRACE_READ', (x) => x.arraySync()],
      ['TFD_TRACE_VARIABLE', (x) => tf.variable(x)],
      ['TFD_TRACE_DYNAMIC_SHAPE', (x) => tf.unique(x.as1D())],
      ['TFD_OP_INVALID_ARGUMENT', (x) => x.add(captured)],
    ];
    const captured = tf.zeros([3]);
    const x = tf.tensor1d([1, 1]);
    const before = counts();
    for (const [code, fn] of refused) {
      await assert.rejects(tf.function(fn)(x), hasCode(code, /function\.test\.ts:\d+/));
      assert.deepEqual(counts(), before, code);
    }
    const asynchronous = tf.function((v: tf.Tensor) => Promise.resolve(v));
    await assert.rejects(asynchronous(x), hasCode('TFD_TRACE_ASYNC', /promise/));
    assert.deepEqual(counts(), before);
    assert.equal(asynchronous.numTraces, 0);
    assert.deepEqual(values(x.add(1)), [2, 2], 'operations run at once again');
  },
);

test('a tensor that escapes from the trace is refused where it is used', { timeout }, async () => {
  let escaped: tf.Tensor = tf.scalar(0);
  await tf.function((x: tf.Tensor) => {
    escaped = tf.keep(x.neg());
    return x;
  })(tf.scalar(1));
  assert.throws(() => escaped.add(1), hasCode('TFD_TRACE_ESCAPED'));
  assert.throws(() => escaped.dataSync(), hasCode('TFD_TRACE_READ'));
  await assert.rejects(tf.function((x: tf.Tensor) => x.add(escaped))(tf.scalar(1)), hasCode('TFD_TRACE_ESCAPED'));
  await assert.rejects(tf.function((x: tf.Tensor) => x.neg())(escaped), hasCode('TFD_TRACE_ESCAPED'));
});

test('an operation that fails when the function runs names the line that made it', { timeout }, async () => {
  const pick = tf.function((x: tf.Tensor1D, index: tf.Tensor1D) => {
    const rows = tf.gather(x.add(1), index);
    return rows.relu().mul(2);
  });
  const line = Number(/:(\d+):\d+\)?$/m.exec(new Error().stack ?? '')?.[1]) - 3;
  const x = tf.tensor1d([1, 2, 3]);
  assert.deepEqual(values(await pick(x, tf.tensor1d([2], 'int32'))), [8]);
  await assert.rejects(
    pick(x, tf.tensor1d([7], 'int32')),
    hasCode('TFD_OP_INVALID_ARGUMENT', new RegExp(`GatherV2 .*function\\.test\\.ts:${line}:\\d+`)),
  );
  assert.deepEqual(values(await pick(x, tf.tensor1d([0], 'int32'))), [4], 'the function works on');
});

test('calls run in the order in which they were made, and the event loop goes on', { timeout }, async () => {
  const total = tf.variable(tf.scalar(0));
  const slow = tf.function((x: tf.Tensor2D) => {
    total.assign(total.mul(10).add(1));
    return x.matMul(x).matMul(x).sum();
  });
  const fast = tf.function(() => {
    total.assign(total.mul(10).add(2));
    return total.add(0);
  });
  const x: tf.Tensor2D = tf.zeros([400, 400]);
  await Promise.all([slow(x), fast()]);
  total.assign(tf.scalar(0));
  let isDone = false;
  const results = Promise.all([slow(x), fast(), slow(x), fast()]).finally(() => (isDone = true));
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(!isDone, 'the event loop went on before the calls were done');
  const [, second, , fourth] = await results;
  assert.deepEqual(
    [second, fourth].map((tensor) => values(tensor)[0]),
    [12, 1212],
  );
});

test('a call that fails does not keep the next ones from running', { timeout }, async () => {
  const pick = tf.function((index: tf.Tensor1D) => tf.gather(tf.tensor1d([1, 2]), index));
  const [failed, fine] = await Promise.allSettled([pick(tf.tensor1d([5], 'int32')), pick(tf.tensor1d([1], 'int32'))]);
  assert.equal(failed.status, 'rejected');
  assert.ok(fine.status === 'fulfilled');
  assert.deepEqual(values(fine.value), [2]);
});

test('a function and its calls leave no tensor behind', { timeout }, async () => {
  const weight = tf.variable(tf.ones([2, 2]));
  const outside = tf.ones([2, 2]);
  const x: tf.Tensor2D = tf.ones([2, 2]);
  const run = async (): Promise<void> => {
    const fn = tf.function((v: tf.Tensor2D, unused: number) => {
      const slope = tf.grad((w: tf.Tensor) =>
        v
          .matMul(w as tf.Tensor2D)
          .mul(outside)
          .sum(),
      )(weight);
      weight.assign(weight.sub(slope));
      return { slope, unused };
    });
    for (let i = 0; i < 3; i++) (await fn(x, i)).slope.dispose();
    fn.dispose();
    assert.equal(fn.numTraces, 0);
  };
  await run();
  const before = counts();
  await run();
  assert.deepEqual(counts(), before);
});

test('dispose lets a call that was made before finish; a later call traces anew', { timeout }, async () => {
  const outside = tf.scalar(2);
  const fn = tf.function((x: tf.Tensor) => x.mul(outside));
  const pending = fn(tf.scalar(3));
  fn.dispose();
  assert.deepEqual(values(await pending), [6]);
  assert.deepEqual(values(await fn(tf.scalar(4))), [8]);
  assert.equal(fn.numTraces, 1);
});

test('a compiled function inside another is called by inline', { timeout }, async () => {
  const counter = tf.variable(tf.scalar(0));
  const inner = tf.function(
    (x: tf.Tensor) => {
      counter.assign(counter.add(1));
      return x.square();
    },
    { name: 'inner' },
  );
  const outer = tf.function((x: tf.Tensor) => tf.grad((v: tf.Tensor) => inner.inline(v).sum())(x));
  assert.deepEqual(values(await outer(tf.tensor1d([1, 2]))), [2, 4]);
  assert.equal(inner.numTraces, 0);
  assert.deepEqual(values(inner.inline(tf.scalar(3))), [9], 'outside it runs the original at once');
  assert.deepEqual(values(counter), [2]);

  const awaiting = tf.function((x: tf.Tensor) => void inner(x));
  await assert.rejects(awaiting(tf.scalar(1)), (error: unknown) => {
    assert.match((error as tf.UserError).remedy ?? '', /\.inline\(/);
    return hasCode('TFD_TRACE_NESTED', /"inner" at .*function\.test\.ts:\d+/)(error);
  });
});

test('inspect lists the operations with inputs, shapes and lines', { timeout }, async () => {
  const weight = tf.variable(tf.ones([3, 2]));
  const fn = tf.function((x: tf.Tensor2D) => {
    weight.assign(weight.mul(2));
    return tf.split(x.matMul(weight as tf.Tensor2D), 2, 1)[1];
  });
  const x: tf.Tensor2D = tf.ones([4, 3]);
  const operations = fn.inspect(x);
  await fn(x);
  assert.equal(fn.numTraces, 1, 'the call uses the same trace');
  const find = (op: string): TracedOperation => {
    const found = operations.findLast((operation) => operation.op === op);
    assert.ok(found, `${op} in ${operations.map((operation) => operation.op).join(' ')}`);
    return found;
  };
  assert.deepEqual(find('MatMul').outputs, [{ dtype: 'float32', shape: [4, 2] }]);
  assert.match(find('MatMul').line ?? '', /function\.test\.ts:\d+:\d+$/);
  assert.deepEqual(operations[0]?.outputs, [{ dtype: 'float32', shape: [4, 3] }]);
  assert.equal(find('MatMul').inputs[0], operations[0].name);
  const [, reading] = find('MatMul').inputs;
  const read = operations.find(({ name }) => name === reading);
  assert.equal(read?.op, 'ReadVariableOp');
  assert.ok(read.inputs.includes(`^${find('AssignVariableOp').name}`), 'it reads after the assignment');
});

test('jitCompile: XLA compiles the whole function', { timeout }, async () => {
  const weight = tf.variable(tf.ones([3, 2]));
  const step = (x: tf.Tensor2D): { loss: tf.Tensor; slope: tf.Tensor } => {
    const loss = (w: tf.Tensor): tf.Scalar =>
      tf
        .tanh(x.matMul(w as tf.Tensor2D))
        .square()
        .mean();
    const { value, grad } = tf.valueAndGrad(loss)(weight);
    weight.assign(weight.sub(grad));
    return { loss: value, slope: grad };
  };
  const x: tf.Tensor2D = tf.randomUniform([4, 3]);
  const plain = await tf.function(step)(x);
  const after = values(weight);
  weight.assign(tf.ones([3, 2]));
  const compiled = await tf.function(step, { jitCompile: true })(x);
  const near = (a: number[], b: number[]): void => {
    a.forEach((value, index) => assert.ok(Math.abs(value - (b[index] ?? NaN)) < 1e-5));
  };
  near(values(compiled.loss), values(plain.loss));
  near(values(compiled.slope), values(plain.slope));
  near(values(weight), after);

  const unknown = tf.function((text: tf.Tensor) => tf.string.stringToHashBucketFast(text.as1D(), 7), {
    jitCompile: true,
  });
  await assert.rejects(unknown(tf.tensor1d(['a'])), /XLA_CPU_JIT/, 'it is XLA that refuses');
});

function counts(): { numLiveTensors: number; numTensors: number } {
  return { numLiveTensors: numLiveTensors(), numTensors: tf.memory().numTensors };
}

function hasCode(code: string, received = /^/): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof tf.UserError, String(error));
    assert.equal(error.code, code);
    assert.match(error.received ?? '', received);
    return true;
  };
}
