/** Gradients through `tf.cond` and `tf.whileLoop`: compiled, by TF.js's tape outside, by differences, and Python's. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as tf from '../src/index.ts';
import { numLiveTensors } from '../src/tensor/index.ts';

const { cond, whileLoop } = tf;
const timeout = 120_000;
const values = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());

function close(actual: number[], expected: number[], tolerance = 1e-4, what = ''): void {
  assert.equal(actual.length, expected.length, what);
  actual.forEach((value, index) => {
    const wanted = expected[index] as number;
    assert.ok(
      Math.abs(value - wanted) <= tolerance * Math.max(1, Math.abs(wanted)),
      `${what} ${actual.join()} instead of ${expected.join()}`,
    );
  });
}

/** The gradients of the sum of `fn`: at once, compiled and compiled by XLA are equal, and equal to differences. */
async function check(fn: (...xs: tf.Tensor[]) => tf.Tensor, xs: tf.Tensor[], xla = true): Promise<void> {
  const all = (...inputs: tf.Tensor[]): tf.Tensor[] => tf.grads((...ys) => fn(...ys).sum())(inputs);
  const atOnce = all(...xs).map(values);
  for (const jitCompile of xla ? [false, true] : [false]) {
    const compiled = tf.function(all, { jitCompile });
    const grads = (await compiled(...xs)).map(values);
    grads.forEach((grad, index) => {
      close(grad, atOnce[index] as number[], 1e-4, `jitCompile ${jitCompile}, input ${index}:`);
    });
    compiled.dispose();
  }
  const step = 1e-2;
  for (const [position, x] of xs.entries()) {
    const differences = values(x).map((_, index) => {
      const [above, below] = [step, -step].map((by) => {
        const moved = values(x);
        moved[index] = (moved[index] as number) + by;
        const inputs = xs.map((each, at) => (at === position ? tf.tensor(moved, x.shape) : each));
        return values(fn(...inputs).sum())[0] as number;
      }) as [number, number];
      return (above - below) / (2 * step);
    });
    close(atOnce[position] as number[], differences, 1e-2, `differences of input ${position}:`);
  }
}

const outside = tf.tensor1d([0.3, -0.7]);

test('cond: both sides, with what they share, and with what only one of them uses', { timeout }, async () => {
  const fn = (x: tf.Tensor, y: tf.Tensor): tf.Tensor => {
    const shared = x.mul(y).tanh();
    const { result } = cond(
      x.sum().greater(0),
      () => ({ result: shared.square().add(outside.mul(x).exp()) }),
      () => ({ result: shared.mul(3).sub(y.sigmoid()).sigmoid() }),
    );
    return result.mul(shared);
  };
  const y = tf.tensor1d([0.5, 1.5]);
  await check(fn, [tf.tensor1d([0.4, 0.9]), y]);
  await check(fn, [tf.tensor1d([-0.4, -0.9]), y]);
});

test('cond: a side that hands on a tensor, or does not depend on it', { timeout }, async () => {
  const fn = (x: tf.Tensor): tf.Tensor =>
    cond(
      x.sum().greater(0),
      () => x,
      () => outside,
    ).mul(2);
  await check((x) => fn(x).add(x.mul(0)), [tf.tensor1d([1, 2])]);
  await check((x) => fn(x).add(x.mul(0)), [tf.tensor1d([-1, -2])]);
});

test('whileLoop: states, captured tensors, counters, and no round at all', { timeout }, async () => {
  const fn = (x: tf.Tensor, y: tf.Tensor): tf.Tensor => {
    const { total, last } = whileLoop<{ i: tf.Tensor; total: tf.Tensor; last: tf.Tensor; label: string }>(
      ({ i }) => i.less(x.sum()),
      ({ i, total: sum, last: before, label }) => ({
        i: i.add(1),
        total: sum.add(before.mul(y).sin()),
        last: before.mul(0.9).add(y.mul(i)),
        label,
      }),
      { i: tf.scalar(0), total: tf.zerosLike(x), last: x.square(), label: 'a' },
      { maximumIterations: 9 },
    );
    return total.mul(last).add(y.mul(0));
  };
  await check(fn, [tf.tensor1d([1.2, 2.5]), tf.tensor1d([0.5, -0.4])]);
  await check(fn, [tf.tensor1d([-1.2, 0.5]), tf.tensor1d([0.5, -0.4])]);
});

test('whileLoop: a state that depends on the input only after a round', { timeout }, async () => {
  const fn = (x: tf.Tensor): tf.Tensor =>
    whileLoop<[tf.Tensor, tf.Tensor, tf.Tensor]>(
      ([i]) => i.less(tf.scalar(4, 'int32')),
      ([i, a, b]) => [i.add(tf.scalar(1, 'int32')), b.mul(2), a.add(x)],
      [tf.scalar(0, 'int32'), tf.zeros([2]), tf.ones([2])],
      { maximumIterations: 4 },
    )[1].mul(x);
  await check(fn, [tf.tensor1d([0.7, -0.3])]);
});

test('nested: a loop in a loop, a condition in it, and a loop in a condition', { timeout }, async () => {
  const fn = (x: tf.Tensor, y: tf.Tensor): tf.Tensor =>
    whileLoop<[tf.Tensor, tf.Tensor]>(
      ([i]) => i.less(3),
      ([i, outer]) => {
        const scaled = outer.mul(y);
        const [, inner] = whileLoop<[tf.Tensor, tf.Tensor]>(
          ([j]) => j.lessEqual(i),
          ([j, v]) => [j.add(1), v.mul(scaled).tanh().add(x)],
          [tf.scalar(0), outer],
        );
        const chosen = cond(
          i.greater(1),
          () => inner.mul(scaled),
          () =>
            whileLoop(
              (v) => v.square().sum().less(20),
              (v) => v.mul(y.add(1.5)),
              inner,
            ),
        );
        return [i.add(1), chosen];
      },
      [tf.scalar(0), x],
    )[1];
  await check(fn, [tf.tensor1d([0.7, -0.4]), tf.tensor1d([0.5, 0.9])], false);
});

test(
  'gradients inside of a body, of a body, and through functions with gradients of their own',
  { timeout },
  async () => {
    const cube = (v: tf.Tensor): tf.Tensor => v.pow(3);
    const custom = tf.customGrad((x, save) => {
      (save as unknown as (tensors: tf.Tensor[]) => void)([x as tf.Tensor]);
      const value = whileLoop(
        (v) => v.sum().less(10),
        (v) => v.mul(2),
        x as tf.Tensor,
      );
      return { value, gradFunc: (dy: tf.Tensor) => dy.mul(7) };
    });
    const newton = (x: tf.Tensor): tf.Tensor =>
      whileLoop<[tf.Tensor, tf.Tensor]>(
        ([i]) => i.less(4),
        ([i, guess]) => [i.add(1), guess.sub(cube(guess).sub(x).div(tf.grad(cube)(guess)))],
        [tf.scalar(0), tf.onesLike(x)],
      )[1];
    await check(newton, [tf.tensor1d([1.7, 2.2])], false);
    const slope = tf.function((x: tf.Tensor) => tf.grad((y) => custom(y).sum())(x));
    assert.deepEqual(values(await slope(tf.tensor1d([1, 2]))), [7, 7]);
  },
);

test('a second derivative is refused with the line, and only where it is needed', { timeout }, async () => {
  const square = (x: tf.Tensor): tf.Tensor =>
    cond(
      x.greater(0),
      () => x.square(),
      () => x.neg(),
    );
  const x = tf.scalar(3);
  await assert.rejects(tf.function((y: tf.Tensor) => tf.grad(tf.grad(square))(y))(x), (error: unknown) => {
    assert.ok(error instanceof tf.UserError, String(error));
    assert.equal(error.code, 'TFD_CONTROL_GRADIENT');
    assert.match(error.received ?? '', /functionControlGradients\.test\.ts:\d+/);
    return true;
  });
  // The slope of the slope of y², where the condition only has a part in the value.
  const mixed = tf.function((y: tf.Tensor) => tf.grad((z: tf.Tensor) => z.square().mul(tf.grad(square)(x)))(y));
  assert.deepEqual(values(await mixed(tf.scalar(5))), [60]);
});

test('a draw in a body is the same in its gradient', { timeout }, async () => {
  tf.setRandomSeed(3);
  const fn = tf.function((x: tf.Tensor) => {
    const run = (y: tf.Tensor): tf.Tensor =>
      whileLoop<[tf.Tensor, tf.Tensor]>(
        ([i]) => i.less(5),
        ([i, v]) => [i.add(1), v.mul(tf.randomUniform([3], 1, 2))],
        [tf.scalar(0), y],
      )[1];
    const { value, grad } = tf.valueAndGrad((y: tf.Tensor) => run(y).sum())(x);
    return [value, grad.mul(x).sum()];
  });
  // Each result is the input times the numbers drawn, and so is the gradient times the input.
  const [value, product] = await fn(tf.tensor1d([1, 2, 3]));
  close(values(product as tf.Tensor), values(value as tf.Tensor));
});

interface Golden {
  readonly sequence: { shape: [number, number, number]; values: number[] };
  readonly kernel: number[];
  readonly recurrent: number[];
  readonly bias: number[];
  readonly loss: number;
  readonly gradients: Record<'kernel' | 'recurrent' | 'bias', number[]>;
  readonly cond: { x: number[]; weight: number[]; positive: number[]; negative: number[] };
}

const golden = JSON.parse(readFileSync(new URL('golden/controlGradients.json', import.meta.url), 'utf8')) as Golden;

test('a recurrent network over a long sequence has the gradients of Python', { timeout }, async () => {
  const [numSteps, , features] = golden.sequence.shape;
  const units = golden.bias.length;
  const sequence = tf.tensor3d(golden.sequence.values, golden.sequence.shape);
  const kernel = tf.variable(tf.tensor2d(golden.kernel, [features, units]));
  const recurrent = tf.variable(tf.tensor2d(golden.recurrent, [units, units]));
  const bias = tf.variable(tf.tensor1d(golden.bias));
  const loss = (): tf.Scalar => {
    const end = tf.scalar(numSteps, 'int32');
    const [, state] = whileLoop<[tf.Tensor, tf.Tensor]>(
      ([i]) => i.less(end),
      ([i, h]) => {
        const x = sequence.gather(i.as1D<tf.Tensor1D>()).squeeze<tf.Tensor2D>([0]);
        return [i.add(tf.scalar(1, 'int32')), x.matMul(kernel).add(h.matMul(recurrent)).add(bias).tanh()];
      },
      [tf.scalar(0, 'int32'), tf.zeros([golden.sequence.shape[1], units])],
    );
    return state.square().sum();
  };
  const weights = [kernel, recurrent, bias];
  const fn = tf.function(() => tf.variableGrads(loss, weights));
  const { value, grads } = await fn();
  close(values(value), [golden.loss], 1e-5);
  for (const [index, name] of (['kernel', 'recurrent', 'bias'] as const).entries()) {
    close(values(grads[(weights[index] as tf.Variable).name] as tf.Tensor), golden.gradients[name], 1e-4, name);
  }
});

test('a condition has the gradients of Python on both sides', { timeout }, async () => {
  const weight = tf.variable(tf.tensor1d(golden.cond.weight));
  const fn = tf.function((x: tf.Tensor) => {
    const loss = (): tf.Scalar =>
      cond(
        x.sum().greater(0),
        () => x.mul(weight).tanh().sum(),
        () => x.sub(weight).square().mul(weight).sum(),
      );
    return tf.variableGrads(loss, [weight]).grads[weight.name] as tf.Tensor;
  });
  close(values(await fn(tf.tensor1d(golden.cond.x))), golden.cond.positive);
  close(values(await fn(tf.tensor1d(golden.cond.x).neg())), golden.cond.negative);
});

test('an optimizer trains the weights of a loop for 1,000 steps, and no memory stays taken', { timeout }, async () => {
  const weight = tf.variable(tf.scalar(0.9));
  const optimizer = tf.train.sgd(0.002);
  const step = tf.function((x: tf.Tensor) =>
    optimizer.minimize(() => {
      const [, product] = whileLoop<[tf.Tensor, tf.Tensor]>(
        ([i]) => i.less(8),
        ([i, v]) => [i.add(1), v.mul(weight)],
        [tf.scalar(0), x],
      );
      return product.sub(2).square().mean();
    }, true),
  );
  const x = tf.ones([64, 1024]);
  const run = async (numSteps: number): Promise<number> => {
    let loss = Number.NaN;
    for (let i = 0; i < numSteps; i++) {
      const result = (await step(x)) as tf.Scalar;
      [loss = Number.NaN] = values(result);
      result.dispose();
    }
    return loss;
  };
  await run(100);
  const before = { live: numLiveTensors(), tensors: tf.memory().numTensors, bytes: process.memoryUsage().rss };
  const loss = await run(1000);
  assert.ok(loss < 1e-3, `loss ${loss}`);
  close(values(weight), [2 ** (1 / 8)], 1e-2);
  assert.deepEqual(
    { live: numLiveTensors(), tensors: tf.memory().numTensors },
    { live: before.live, tensors: before.tensors },
  );
  // One step keeps 8 states of 256 KiB: were they not freed, 2 GB would be taken now.
  const grownMiB = (process.memoryUsage().rss - before.bytes) / 2 ** 20;
  assert.ok(grownMiB < 100, `${grownMiB} MiB more`);
});

test('an operation that fails in a gradient names its line, or that of the loop', { timeout }, async () => {
  const lineHere = (): number => Number(/:(\d+):\d+\)?$/m.exec((new Error().stack ?? '').split('\n')[2] ?? '')?.[1]);
  const table = tf.tensor1d([1, 2, 3]);
  let line = Number.NaN;
  const custom = tf.customGrad((x, save) => {
    (save as unknown as (tensors: tf.Tensor[]) => void)([x as tf.Tensor]);
    return {
      value: (x as tf.Tensor).mul(2),
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => {
        line = lineHere() + 1;
        return dy.mul(table.gather((saved as tf.Tensor).toInt()));
      },
    };
  });
  const loop = (x: tf.Tensor): tf.Tensor =>
    whileLoop(
      (v) => v.less(7),
      (v) =>
        cond(
          v.greater(0),
          () => custom(v),
          () => v,
        ),
      x,
    );
  const fn = tf.function((x: tf.Tensor) => tf.grad((y: tf.Tensor) => loop(y))(x));
  assert.deepEqual(values(await fn(tf.scalar(7))), [1]);
  await assert.rejects(fn(tf.scalar(1)), (error: unknown) => {
    assert.ok(error instanceof tf.UserError, String(error));
    assert.equal(error.code, 'TFD_OP_INVALID_ARGUMENT');
    assert.match(error.received ?? '', new RegExp(`GatherV2 .*functionControlGradients\\.test\\.ts:${line}:`));
    return true;
  });
  const lines = new Set(fn.inspect(tf.scalar(7)).map((operation) => operation.line));
  assert.ok(!lines.has(undefined), 'every operation has a line');
  assert.ok([...lines].every((each) => each?.includes('functionControlGradients.test.ts')));
});

test('a body that cannot be traced leaves nothing behind', { timeout }, async () => {
  const weight = tf.variable(tf.scalar(2));
  const x = tf.scalar(1);
  const broken = (): Promise<tf.Tensor> =>
    tf.function((y: tf.Tensor) =>
      tf.grad((z: tf.Tensor) =>
        whileLoop(
          (v) => v.less(9),
          (v) =>
            v
              .mul(weight)
              .square()
              .mul(v.dataSync()[0] as number),
          z,
        ),
      )(y),
    )(x);
  await assert.rejects(broken(), { code: 'TFD_TRACE_READ' });
  const before = { live: numLiveTensors(), tensors: tf.memory().numTensors };
  await assert.rejects(broken(), { code: 'TFD_TRACE_READ' });
  assert.deepEqual({ live: numLiveTensors(), tensors: tf.memory().numTensors }, before);
});

test('a variable that a body changes has in the gradient the value of each round', { timeout }, async () => {
  const factor = tf.variable(tf.scalar(1));
  const fn = tf.function((x: tf.Tensor) => {
    factor.assign(tf.scalar(1));
    const product = (y: tf.Tensor): tf.Tensor =>
      whileLoop<[tf.Tensor, tf.Tensor]>(
        ([i]) => i.less(3),
        ([i, v]) => {
          factor.assign(factor.mul(2));
          return [i.add(1), v.mul(factor)];
        },
        [tf.scalar(0), y],
      )[1];
    const slope = tf.grad(product)(x);
    factor.assign(tf.scalar(100));
    return slope;
  });
  assert.deepEqual(values(await fn(tf.scalar(5))), [2 * 4 * 8]);
});

test(
  'loops that only read variables wait for no other, and hand no weights to their gradients',
  { timeout },
  async () => {
    const weight = tf.variable(tf.ones([2, 2]));
    const inner = (x: tf.Tensor2D): tf.Tensor2D =>
      whileLoop(
        (v) => v.sum().less(100),
        (v) => v.matMul(weight) as tf.Tensor2D,
        x,
      );
    const outer = (x: tf.Tensor2D): tf.Tensor =>
      whileLoop<[tf.Tensor, tf.Tensor2D]>(
        ([i]) => i.less(2),
        ([i, v]) => [i.add(1), inner(v)],
        [tf.scalar(0), x],
      )[1];
    const fn = tf.function(
      (x: tf.Tensor2D) =>
        tf.variableGrads(
          () =>
            outer(x)
              .add(outer(x.mul(2)))
              .sum(),
          [weight],
        ).grads,
    );
    const x = tf.ones<tf.Rank.R2>([1, 2]);
    const [gradient] = Object.values(await fn(x));
    const expected = tf.variableGrads(
      () =>
        outer(x)
          .add(outer(x.mul(2)))
          .sum(),
      [weight],
    ).grads[weight.name];
    assert.deepEqual(values(gradient as tf.Tensor), values(expected as tf.Tensor));
    const operations = fn.inspect(x);
    const whiles = new Set(operations.filter(({ op }) => op === 'While').map(({ name }) => `^${name}`));
    assert.equal(whiles.size, 4, 'two outer loops, and one in each');
    assert.ok(operations.every(({ inputs }) => !inputs.some((input) => whiles.has(input))));
    const lists = operations
      .filter(({ op }) => op === 'TensorListPopBack')
      .map(({ outputs }) => outputs[1]?.shape?.join());
    assert.ok(lists.length > 0 && !lists.includes('2,2'), lists.join(' '));
  },
);
