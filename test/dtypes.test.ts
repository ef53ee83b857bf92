/** Tensors of the dtypes that TF.js lacks, as a program uses them: made, read, mixed, in variables and compiled functions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '../src/index.ts';

const more = ['float16', 'bfloat16', 'float64'] as const;
const options = { timeout: 60_000 };

test('they are made by every function that makes tensors, and read in the arrays that hold them', options, async () => {
  for (const dtype of more) {
    const made = [
      tf.tensor([[1, 2]], undefined, dtype),
      tf.tensor2d([1, 2], [1, 2], dtype),
      tf.cast([[1, 2]], dtype),
      tf.tensor1d([1, 2]).as2D(1, 2).cast(dtype),
      tf.add(tf.zeros([1, 2], dtype), [[1, 2]]),
      tf.mul(tf.ones([1, 2], dtype), [[1, 2]]),
      tf.fill([1, 2], 1, dtype).add([[0, 1]]),
    ];
    for (const tensor of made) {
      assert.equal(tensor.dtype, dtype);
      const values = await tensor.data<'float16' | 'float64'>();
      assert.deepEqual(values, dtype === 'float64' ? Float64Array.of(1, 2) : Float32Array.of(1, 2));
      assert.deepEqual(await tensor.array(), [[1, 2]]);
    }
  }
  const wide = tf.tensor(Float64Array.of(0.1, 1e300));
  assert.deepEqual(await wide.data<'float64'>(), Float64Array.of(0.1, 1e300));
  assert.match(wide.toString(true), /dtype: float64/);
  assert.deepEqual(Array.from(tf.tensor1d([1 / 3, 65504, 1e6], 'float16').dataSync()), [
    0.333251953125,
    65504,
    Infinity,
  ]);
  assert.deepEqual(Array.from(tf.tensor1d([1 / 3, 1e38], 'bfloat16').dataSync()), [0.333984375, 9.969209968386869e37]);
});

test('int64 holds what float64 cannot', options, async () => {
  const large = tf.tensor(BigInt64Array.of(2n ** 53n + 1n, -3n));
  assert.equal(large.dtype, 'int64');
  assert.deepEqual(await tf.add(large, 1).data<'int64'>(), BigInt64Array.of(2n ** 53n + 2n, -2n));
  assert.deepEqual(await tf.mul(large, tf.scalar(2, 'int32')).data<'int64'>(), BigInt64Array.of(2n ** 54n + 2n, -6n));
  assert.deepEqual(await tf.sum(large).data<'int64'>(), BigInt64Array.of(2n ** 53n - 2n));
  assert.deepEqual(await large.array(), [2n ** 53n + 1n, -3n]);
  assert.match(large.toString(), /9007199254740992, -3/);
  const picked = tf.gather(tf.tensor1d([5, 6, 7]), tf.tensor1d([2n, 0n] as never, 'int64'));
  assert.deepEqual(await picked.data(), Float32Array.of(7, 5));
  assert.deepEqual(await tf.cast(tf.scalar(2.7), 'int64').data<'int64'>(), BigInt64Array.of(2n));
  assert.equal(tf.greater(large, 0).dtype, 'bool');
});

test('where dtypes meet, the smallest that holds both is the result', options, () => {
  const of = (dtype: tf.DataType): tf.Tensor => tf.cast(tf.ones([2]), dtype);
  const expected: [tf.DataType, tf.DataType, tf.DataType][] = [
    ['float16', 'float32', 'float32'],
    ['bfloat16', 'float32', 'float32'],
    ['float16', 'bfloat16', 'float32'],
    ['float64', 'float32', 'float64'],
    ['float64', 'bfloat16', 'float64'],
    ['bfloat16', 'int32', 'bfloat16'],
    ['float16', 'int64', 'float16'],
    ['float64', 'bool', 'float64'],
    ['int64', 'int32', 'int64'],
    ['int64', 'bool', 'int64'],
    ['int64', 'float32', 'float32'],
  ];
  for (const [a, b, result] of expected) {
    for (const operation of [tf.add, tf.mul, tf.maximum]) {
      assert.equal(operation(of(a), of(b)).dtype, result, `${a} and ${b}`);
      assert.equal(operation(of(b), of(a)).dtype, result, `${b} and ${a}`);
    }
    if (a !== 'int64')
      assert.equal(tf.concat([of(a), of(b === 'float32' ? b : a)]).dtype, b === 'float32' ? result : a);
  }
});

test('plain numbers take the dtype of the tensor that they meet, and are not rounded before', options, () => {
  for (const dtype of more) {
    const x = tf.ones([1], dtype);
    for (const result of [tf.add(x, 1.1), x.mul(3), tf.sub(1, x), x.pow(2), tf.sigmoid(x), tf.clipByValue(x, 0, 0.1)]) {
      assert.equal(result.dtype, dtype);
    }
  }
  assert.equal(tf.add(tf.scalar(0, 'float64'), 0.1).dataSync<'float64'>()[0], 0.1);
  assert.equal(tf.scalar(0, 'float64').add(0.1).dataSync<'float64'>()[0], 0.1);
});

test('variables hold them, eagerly and in compiled functions, which take and give them', options, async () => {
  for (const dtype of more) {
    const variable = tf.variable(tf.ones([2]), true, undefined, dtype);
    assert.equal(variable.dtype, dtype);
    variable.assign(tf.mul(variable, 2));
    const step = tf.function((x: tf.Tensor) => {
      variable.assign(tf.add(variable, x));
      return [tf.cast(variable, 'float32'), tf.mul(variable, variable)];
    });
    const [narrow, product] = (await step(tf.ones([2], dtype))) as [tf.Tensor, tf.Tensor];
    assert.deepEqual([narrow.dtype, product.dtype], ['float32', dtype]);
    assert.deepEqual(Array.from(product.dataSync()), [9, 9]);
    assert.deepEqual(Array.from(variable.dataSync()), [3, 3]);
    assert.throws(() => {
      variable.assign(tf.ones([2]));
    }, /dtype/);
    step.dispose();
    variable.dispose();
  }
});

test('gradients go through casts, and have the dtype of what they belong to', options, () => {
  const weight = tf.variable(tf.tensor1d([0.5, -1]));
  const { value, grads } = tf.variableGrads(() => {
    const narrow = tf.cast(weight, 'bfloat16');
    return tf.sum(tf.cast(tf.square(narrow), 'float32'));
  });
  assert.equal(value.dtype, 'float32');
  assert.equal(grads[weight.name]?.dtype, 'float32');
  assert.deepEqual(Array.from(grads[weight.name]?.dataSync() ?? []), [1, -2]);
  const own = tf.customGrad((x) => ({
    value: tf.square(x as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => {
      assert.equal(dy.dtype, 'float64');
      return tf.mul(dy, tf.cast(3, 'float64'));
    },
  }));
  const dy = tf.tensor1d([0.1], 'float64');
  assert.deepEqual(
    tf
      .grad((x: tf.Tensor) => own(x))(tf.tensor1d([1], 'float64'), dy)
      .dataSync<'float64'>()[0],
    0.1 * 3,
  );
});

test('memory is counted by their sizes, and given back', options, () => {
  const before = tf.memory();
  const tensors = [tf.zeros([100], 'float16'), tf.zeros([100], 'float64'), tf.zeros([100], 'int64')];
  assert.equal(tf.memory().numBytes - before.numBytes, 100 * (2 + 8 + 8));
  tf.dispose(tensors);
  assert.equal(tf.memory().numBytes, before.numBytes);
  const variable = tf.tidy(() => tf.variable(tf.zeros([10], 'bfloat16')));
  assert.equal(tf.memory().numBytes - before.numBytes, 20);
  variable.dispose();
  assert.equal(tf.memory().numBytes, before.numBytes);
});

test('conditions and loops of compiled functions take them, and their gradients', options, async () => {
  for (const dtype of more) {
    const weight = tf.variable(tf.tensor2d([0.3, 0.1, -0.2, 0.5], [2, 2], dtype));
    const start = tf.ones([1, 2], dtype);
    const layer = (state: tf.Tensor): tf.Tensor => tf.tanh(tf.matMul(state, weight as tf.Tensor));
    const last = (state: tf.Tensor): tf.Scalar =>
      tf.sum(
        tf.cond(
          tf.greater(tf.sum(state), 0),
          () => tf.square(state),
          () => tf.mul(state, 2),
        ),
      );
    const gradient = (loss: () => tf.Scalar): tf.Tensor =>
      tf.variableGrads(loss, [weight]).grads[weight.name] as tf.Tensor;
    const looped = tf.function((x: tf.Tensor) =>
      gradient(() => {
        const count = tf.scalar(0, 'int32');
        const [, state] = tf.whileLoop(
          ([i]) => tf.less(i as tf.Tensor, 3),
          ([i, x]) => [tf.add<tf.Scalar>(i, tf.scalar(1, 'int32')), layer(x)],
          [count, x],
        );
        return last(state);
      }),
    );
    const unrolled = tf.tidy(() => gradient(() => last(layer(layer(layer(start))))));
    const actual = await looped(start);
    assert.equal(actual.dtype, dtype);
    const expected = unrolled.dataSync();
    actual.dataSync().forEach((value, index) => {
      const limit = dtype === 'float64' ? 1e-15 : 2e-3;
      assert.ok(Math.abs(value - (expected[index] as number)) <= limit, `${dtype}: ${value}, not ${expected[index]}`);
    });
    weight.dispose();
  }
});
