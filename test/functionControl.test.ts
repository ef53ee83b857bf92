/** `tf.cond` and `tf.whileLoop`: the same results at once, in a compiled function, and compiled by XLA. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '../src/index.ts';
import { numLiveTensors } from '../src/tensor/index.ts';

const { cond, whileLoop } = tf;
const timeout = 60_000;
const values = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());

/** Runs `fn` at once, compiled, and compiled by XLA: the results must be equal. */
async function everyWay<A extends unknown[]>(fn: (...args: A) => tf.Tensor, ...args: A): Promise<number[]> {
  const atOnce = values(fn(...args));
  for (const jitCompile of [false, true]) {
    const compiled = tf.function(fn, { jitCompile });
    assert.deepEqual(values(await compiled(...args)), atOnce, `jitCompile: ${jitCompile}`);
    compiled.dispose();
  }
  return atOnce;
}

test('cond runs one branch, with tensors from inside and outside of the function', { timeout }, async () => {
  const outside = tf.scalar(100);
  const fn = (x: tf.Tensor): tf.Tensor => {
    const inside = x.mul(2);
    const { sum } = cond(
      x.greater(0),
      () => ({ sum: inside.add(outside).add(x), n: 1 }),
      () => ({ sum: inside.neg().add(1), n: 1 }),
    );
    return sum.mul(10);
  };
  assert.deepEqual(await everyWay(fn, tf.scalar(1)), [1030]);
  assert.deepEqual(await everyWay(fn, tf.scalar(-1)), [30]);
});

test('cond in cond, without results, and with an effect in the chosen branch only', { timeout }, async () => {
  const [a, b] = [tf.variable(tf.scalar(0)), tf.variable(tf.scalar(0))];
  const step = tf.function((x: tf.Tensor) => {
    cond(
      x.greater(0),
      () => {
        a.assign(a.add(x));
        cond(
          x.greater(5),
          () => {
            b.assign(a.mul(2));
          },
          () => undefined,
        );
      },
      () => {
        a.assign(tf.scalar(-1));
      },
    );
    return a.add(b);
  });
  const results: number[] = [];
  for (const x of [1, 7, 2, -3]) results.push(...values(await step(tf.scalar(x))));
  assert.deepEqual(results, [1, 8 + 16, 10 + 16, -1 + 16]);
  assert.deepEqual([values(a), values(b)], [[-1], [16]]);
  assert.equal(step.numTraces, 1);
});

test('the body of whileLoop needs no types of its own, though methods forget the rank', { timeout }, async () => {
  const fn = (x: tf.Scalar): tf.Scalar => {
    const last = whileLoop(
      ({ round }) => round.less(4),
      ({ round, sum }) => ({ round: round.add(1), sum: sum.add(round.mul(x)) }),
      { round: tf.scalar(0), sum: tf.scalar(0) },
    );
    return last.sum;
  };
  assert.deepEqual(await everyWay(fn, tf.scalar(2)), [12]);
});

test('whileLoop runs as often as its values say', { timeout }, async () => {
  const factor = tf.scalar(3);
  const fn = (x: tf.Tensor): tf.Tensor => {
    const start = { numRounds: tf.scalar(0, 'int32'), parts: [x, tf.zerosLike(x)] as const, label: 'power' };
    const { numRounds, parts } = whileLoop<{
      numRounds: tf.Tensor;
      parts: readonly [tf.Tensor, tf.Tensor];
      label: string;
    }>(
      ({ parts: [total] }) => total.sum().less(100),
      ({ numRounds: n, parts: [total, last], label }) => ({
        numRounds: n.add(tf.scalar(1, 'int32')),
        parts: [total.mul(factor), last.add(total)],
        label,
      }),
      start,
    );
    return tf.concat([numRounds.toFloat().as1D(), ...parts]);
  };
  assert.deepEqual(await everyWay(fn, tf.tensor1d([1, 2])), [4, 81, 162, 40, 80]);
  assert.deepEqual(await everyWay(fn, tf.tensor1d([50, 60])), [0, 50, 60, 0, 0], 'no round at all');
});

test('maximumIterations ends a loop that would go on', { timeout }, async () => {
  const fn = (x: tf.Tensor): tf.Tensor =>
    whileLoop(
      (v) => v.less(100),
      (v) => v.mul(2),
      x,
      { maximumIterations: 3 },
    );
  assert.deepEqual(await everyWay(fn, tf.scalar(1)), [8]);
  assert.deepEqual(await everyWay(fn, tf.scalar(30)), [120]);
});

test('a loop in a loop, a branch and gradients inside', { timeout }, async () => {
  // Newton's method for the cube root, for each of two numbers.
  const root = (x: tf.Tensor): tf.Tensor => {
    const f = (v: tf.Tensor): tf.Tensor => v.pow(3).sub(x);
    return whileLoop(
      (guess) => f(guess).abs().greater(1e-3),
      (guess) => guess.sub(f(guess).div(tf.grad(f)(guess))),
      tf.onesLike(x),
    );
  };
  const fn = (xs: tf.Tensor): tf.Tensor =>
    whileLoop<[tf.Tensor, tf.Tensor]>(
      ([i]) => i.less(2),
      ([i, sum]) => [
        i.add(1),
        cond(
          i.equal(0),
          () => sum.add(root(xs.max())),
          () => sum.add(root(xs.min()).mul(10)),
        ),
      ],
      [tf.scalar(0), tf.scalar(0)],
    )[1].round();
  assert.deepEqual(await everyWay(fn, tf.tensor1d([27, 8])), [23]);
});

test('effects in a loop happen in each round, in order', { timeout }, async () => {
  const digits = tf.variable(tf.scalar(0));
  const other = tf.variable(tf.scalar(0));
  const fn = tf.function((n: tf.Tensor) => {
    digits.assign(tf.scalar(7));
    whileLoop(
      (i) => i.less(n),
      (i) => {
        digits.assign(digits.mul(10).add(i));
        other.assign(digits.add(0));
        return i.add(1);
      },
      tf.scalar(0),
    );
    return digits.add(0);
  });
  assert.deepEqual(values(await fn(tf.scalar(4))), [70123]);
  assert.deepEqual([values(digits), values(other)], [[70123], [70123]]);
});

test('random numbers differ in each round', { timeout }, async () => {
  tf.setRandomSeed(1);
  const fn = tf.function(
    () =>
      whileLoop<[tf.Tensor, tf.Tensor]>(
        ([i]) => i.less(2),
        ([i, drawn]) => [i.add(1), tf.concat([drawn.slice(1), tf.randomUniform([1])])],
        [tf.scalar(0), tf.zeros([2])],
      )[1],
  );
  const [first, second] = values(await fn());
  assert.notEqual(first, second);
  assert.notEqual(second, 0);
});

test('an operation that fails in a loop or a branch names its line', { timeout }, async () => {
  const fn = tf.function((x: tf.Tensor1D, limit: tf.Tensor) =>
    whileLoop<[tf.Tensor, tf.Tensor]>(
      ([i]) => i.less(limit),
      ([i, sum]) => [
        i.add(1),
        cond(
          i.greater(0),
          () => sum.add(tf.gather(x, i.toInt())),
          () => sum.add(1),
        ),
      ],
      [tf.scalar(0), tf.scalar(0)],
    ),
  );
  const line = Number(/:(\d+):\d+\)?$/m.exec(new Error().stack ?? '')?.[1]) - 7;
  const x = tf.tensor1d([1, 2, 3]);
  assert.deepEqual(values((await fn(x, tf.scalar(3)))[1]), [6]);
  await assert.rejects(fn(x, tf.scalar(5)), (error: unknown) => {
    assert.ok(error instanceof tf.UserError);
    assert.equal(error.code, 'TFD_OP_INVALID_ARGUMENT');
    assert.match(error.received ?? '', new RegExp(`GatherV2 .*functionControl\\.test\\.ts:${line}:`));
    return true;
  });
});

test('what does not fit is refused with the line', { timeout }, async () => {
  const x = tf.tensor1d([1, 2]);
  const refused: [code: string, fn: (v: tf.Tensor) => unknown][] = [
    [
      'TFD_COND_RESULTS',
      (v) =>
        cond<tf.Tensor>(
          v.sum(),
          () => v,
          () => v.sum(),
        ),
    ],
    [
      'TFD_COND_RESULTS',
      (v) =>
        cond<tf.TensorContainer>(
          v.sum(),
          () => v,
          () => undefined,
        ),
    ],
    [
      'TFD_WHILE_STATE',
      (v) =>
        whileLoop(
          (s) => s.sum(),
          (s) => s.toInt(),
          v,
        ),
    ],
    [
      'TFD_WHILE_MAXIMUM',
      (v) =>
        whileLoop(
          (s) => s.sum(),
          (s) => s,
          v,
          { maximumIterations: 1.5 },
        ),
    ],
    [
      'TFD_TRACE_READ',
      (v) =>
        cond<tf.TensorContainer>(
          v.sum(),
          () => v.dataSync(),
          () => v,
        ),
    ],
    [
      'TFD_TRACE_VARIABLE',
      (v) =>
        cond(
          v.sum(),
          () => v,
          () => tf.variable(v),
        ),
    ],
  ];
  const before = numLiveTensors();
  for (const [code, fn] of refused) {
    await assert.rejects(tf.function(fn)(x), (error: unknown) => {
      assert.ok(error instanceof tf.UserError, String(error));
      assert.equal(error.code, code);
      assert.match(error.received ?? '', /functionControl\.test\.ts:\d+/);
      return true;
    });
    assert.equal(numLiveTensors(), before, code);
  }
});

test('outside of compiled functions, gradients go through both', { timeout }, () => {
  const slope = tf.grad((x: tf.Tensor) =>
    whileLoop(
      (v) => v.less(10),
      (v) =>
        cond(
          v.greater(3),
          () => v.square(),
          () => v.mul(2),
        ),
      x,
    ),
  )(tf.scalar(1.5));
  // 1.5 · 2 = 3, · 2 = 6, then squared: 16 x².
  assert.deepEqual(values(slope), [48]);
});

test('an eager loop and a compiled one leave no tensor behind', { timeout }, async () => {
  const step = tf.scalar(1);
  const run = (x: tf.Tensor): [tf.Tensor, tf.Tensor] =>
    whileLoop<[tf.Tensor, tf.Tensor]>(
      ([i]) => i.less(5),
      ([i, sum]) => [i.add(step), sum.add(i)],
      [x, x],
    );
  const once = async (): Promise<void> => {
    const x = tf.scalar(0);
    tf.dispose(run(x));
    const compiled = tf.function(run);
    tf.dispose(await compiled(x));
    compiled.dispose();
    assert.ok(!x.isDisposed && !step.isDisposed);
    x.dispose();
  };
  await once();
  const before = { live: numLiveTensors(), tensors: tf.memory().numTensors };
  await once();
  assert.deepEqual({ live: numLiveTensors(), tensors: tf.memory().numTensors }, before);
});
