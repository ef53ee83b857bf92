/** Random numbers: their distributions, seeds, and new ones at each call of a compiled function. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setReplicaSeedOffset } from '../src/backend/frontend/index.ts';
import { compile } from '../src/graph/index.ts';
import * as tf from '../src/index.ts';
import { numLiveTensors } from '../src/tensor/index.ts';

const timeout = 60_000;
const numValues = 20_000;

const erf = (x: number): number => {
  // Abramowitz and Stegun 7.1.26, good to 1.5e-7.
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const poly = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - poly * Math.exp(-x * x));
};
const normalCdf = (x: number): number => (1 + erf(x / Math.SQRT2)) / 2;

/** The largest distance between the values' distribution and `cdf` (Kolmogorov and Smirnov). */
function distance(values: ArrayLike<number>, cdf: (x: number) => number): number {
  const sorted = Array.from(values).sort((a, b) => a - b);
  return Math.max(...sorted.map((value, index) => Math.abs(cdf(value) - (index + 0.5) / sorted.length)));
}

const values = (tensor: tf.Tensor): number[] => {
  const array = Array.from(tensor.dataSync());
  tensor.dispose();
  return array;
};

const distributions: Record<string, [draw: (seed?: number) => tf.Tensor, cdf: (x: number) => number]> = {
  randomUniform: [(seed) => tf.randomUniform([numValues], -1, 3, 'float32', seed), (x) => (x + 1) / 4],
  randomNormal: [(seed) => tf.randomNormal([numValues], 5, 2, 'float32', seed), (x) => normalCdf((x - 5) / 2)],
  randomStandardNormal: [(seed) => tf.randomStandardNormal([numValues], 'float32', seed), normalCdf],
  truncatedNormal: [
    (seed) => tf.truncatedNormal([numValues], 1, 3, 'float32', seed),
    (x) => (normalCdf((x - 1) / 3) - normalCdf(-2)) / (normalCdf(2) - normalCdf(-2)),
  ],
  // With alpha 1, this is the exponential distribution of rate beta.
  randomGamma: [(seed) => tf.randomGamma([numValues], 1, 4, 'float32', seed), (x) => 1 - Math.exp(-4 * x)],
};

for (const [name, [draw, cdf]] of Object.entries(distributions)) {
  test(`${name} has its distribution, and a seed makes it reproducible`, { timeout }, () => {
    tf.setRandomSeed(name);
    const first = values(draw());
    assert.equal(first.length, numValues);
    assert.ok(distance(first, cdf) < 0.015, `distance ${distance(first, cdf)}`);
    const second = values(draw());
    assert.ok(distance(second, cdf) < 0.015);
    assert.notDeepEqual(first, second);
    const seeded = values(draw(0));
    assert.deepEqual(seeded, values(draw(0)));
    assert.notDeepEqual(seeded, values(draw(1)));
    tf.setRandomSeed(name);
    assert.deepEqual(values(draw()), first);
    assert.deepEqual(values(draw()), second);
  });
}

test('whole numbers are equally likely, from the lower bound up to the one below the upper', { timeout }, () => {
  const tensor = tf.randomUniformInt([numValues], -2, 3, 7);
  assert.equal(tensor.dtype, 'int32');
  const counts = new Map<number, number>();
  for (const value of values(tensor)) counts.set(value, (counts.get(value) ?? 0) + 1);
  assert.deepEqual([...counts.keys()].sort(), [-1, -2, 0, 1, 2]);
  for (const count of counts.values()) assert.ok(Math.abs(count - numValues / 5) < 250, String(count));
  assert.ok(values(tf.randomUniform([100], 0.5, 2.9, 'int32')).every((value) => [0, 1, 2].includes(value)));
});

test('dtypes and wrong arguments are as in TF.js', { timeout }, () => {
  assert.equal(tf.randomUniform([2, 3]).dtype, 'float32');
  assert.deepEqual(tf.randomUniform([2, 3]).shape, [2, 3]);
  assert.deepEqual(tf.randomUniform([]).shape, []);
  assert.deepEqual(tf.randomNormal([0, 3]).shape, [0, 3]);
  const bits = tf.randomUniform([200], 0, 2, 'bool', 1);
  assert.equal(bits.dtype, 'bool');
  assert.deepEqual(new Set(values(bits)), new Set([0, 1]));
  const rounded = tf.randomNormal([200], 0, 5, 'int32', 1);
  assert.equal(rounded.dtype, 'int32');
  assert.ok(values(rounded).every(Number.isInteger));
  assert.throws(() => tf.randomNormal([2], 0, 1, 'bool' as 'int32'), { code: 'TFD_RANDOM_DTYPE' });
  assert.throws(() => tf.randomUniform([2], 0, 1, 'complex64'), /Unsupported data type complex64/);
  assert.throws(() => tf.randomUniform([-1]), /positive integers/);
  assert.throws(
    () => {
      tf.setRandomSeed(Number.NaN);
    },
    { code: 'TFD_RANDOM_SEED' },
  );
});

test('outcomes are drawn by their probabilities', { timeout }, () => {
  const draws = tf.multinomial(
    tf.tensor2d([
      [0.1, 0.2, 0.7],
      [0, 1, 0],
    ]),
    10_000,
    3,
    true,
  );
  assert.deepEqual(draws.shape, [2, 10_000]);
  assert.equal(draws.dtype, 'int32');
  const [mixed, sure] = draws.arraySync() as [number[], number[]];
  const share = (outcome: number): number => mixed.filter((value) => value === outcome).length / mixed.length;
  [0.1, 0.2, 0.7].forEach((expected, outcome) => {
    assert.ok(Math.abs(share(outcome) - expected) < 0.02, `${outcome}: ${share(outcome)}`);
  });
  assert.ok(sure.every((value) => value === 1));
  assert.deepEqual(tf.multinomial([0, 0, 0], 5).shape, [5]);
});

test(
  'a compiled function draws new numbers at each call, in each operation, and again after the seed',
  { timeout },
  async () => {
    const step = compile(() => [
      tf.randomUniform([4]),
      tf.randomUniform([4]),
      tf.randomNormal([4]),
      tf.truncatedNormal([4]),
      tf.randomGamma([4], 2),
      tf.randomUniform([4], 0, 1000, 'int32'),
      tf.dropout(tf.ones([64]), 0.5),
      tf.multinomial(tf.zeros<tf.Rank.R1>([50]), 8),
      tf.randomUniform([4], 0, 1, 'float32', 42),
    ]);
    const call = async (): Promise<string[]> => (await step()).map((tensor) => values(tensor).join(' '));
    tf.setRandomSeed(1);
    const calls = [await call(), await call(), await call()];
    assert.equal(step.numTraces, 1);
    assert.equal(new Set(calls.flat()).size, calls.length * 9);
    tf.setRandomSeed(1);
    const again = [await call(), await call(), await call()];
    // The last one has a seed of its own, and goes on.
    assert.deepEqual(
      again.map((call) => call.slice(0, -1)),
      calls.map((call) => call.slice(0, -1)),
    );
    const same = compile(() => tf.randomUniform([4], 0, 1, 'float32', 42));
    assert.equal(values(await same()).join(' '), calls[0]?.at(-1));
    assert.equal(values(await same()).join(' '), calls[1]?.at(-1));
    step.dispose();
    same.dispose();
  },
);

test('each replica has a stream of its own', { timeout }, () => {
  const draw = (rank: number, seed?: number): number[] => {
    const before = setReplicaSeedOffset(rank);
    const drawn = values(tf.randomUniform([8], 0, 1, 'float32', seed));
    assert.equal(setReplicaSeedOffset(before), rank);
    return drawn;
  };
  tf.setRandomSeed(5);
  const [zero, one] = [draw(0), draw(1)];
  assert.notDeepEqual(zero, one);
  assert.notDeepEqual(draw(0, 9), draw(1, 9));
  tf.setRandomSeed(5);
  assert.deepEqual(draw(1), one);
  assert.deepEqual(values(tf.randomUniform([8])), zero);
});

test('dropout drops by the rate, scales the rest, and its gradient is the same mask', { timeout }, () => {
  const x = tf.fill([numValues], 3);
  const y = values(tf.dropout(x, 0.25, undefined, 1));
  assert.deepEqual(new Set(y), new Set([0, 4]));
  const dropped = y.filter((value) => value === 0).length / numValues;
  assert.ok(Math.abs(dropped - 0.25) < 0.02, String(dropped));
  const gradient = values(tf.grad((input: tf.Tensor) => tf.dropout(input, 0.25, undefined, 1))(x));
  assert.deepEqual(
    gradient,
    y.map((value) => Math.fround(value / 3)),
  );

  const rows = tf.dropout(tf.ones([50, 3]), 0.5, [50, 1], 'a').arraySync() as number[][];
  for (const row of rows) assert.equal(new Set(row).size, 1);
  assert.equal(new Set(rows.flat()).size, 2);
  assert.deepEqual(values(tf.dropout([1, 2], 0)), [1, 2]);
  assert.throws(() => tf.dropout(x, 1), { code: 'TFD_DROPOUT_RATE' });
  assert.throws(() => tf.dropout(tf.ones([2], 'int32'), 0.5), { code: 'TFD_DROPOUT_DTYPE' });
});

test('shuffling follows the seed, and gives each order the same chance', { timeout }, () => {
  const shuffled = (): number[] => {
    const array = [0, 1, 2];
    tf.util.shuffle(array);
    return array;
  };
  tf.setRandomSeed(8);
  const orders = Array.from({ length: 6000 }, () => shuffled().join(''));
  const counts = new Map<string, number>();
  for (const order of orders) counts.set(order, (counts.get(order) ?? 0) + 1);
  assert.equal(counts.size, 6);
  for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 150, String(count));
  tf.setRandomSeed(8);
  assert.deepEqual(
    Array.from({ length: 6000 }, () => shuffled().join('')),
    orders,
  );
});

test("TF.js's layers draw from the same stream", { timeout }, () => {
  const layer = tf.layers.dropout({ rate: 0.5 });
  const run = (): number[] => values(layer.apply(tf.ones([100]), { training: true }) as tf.Tensor);
  tf.setRandomSeed(2);
  const first = run();
  assert.notDeepEqual(run(), first);
  tf.setRandomSeed(2);
  assert.deepEqual(run(), first);
});

test('initializers work, and a seed makes them reproducible', { timeout }, () => {
  const [fanIn, fanOut] = [100, 60];
  const deviations = {
    randomNormal: 0.05,
    randomUniform: 0.1 / Math.sqrt(12),
    truncatedNormal: 0.05 * 0.8796,
    glorotNormal: Math.sqrt(2 / (fanIn + fanOut)) * 0.8796,
    glorotUniform: Math.sqrt(2 / (fanIn + fanOut)),
    heNormal: Math.sqrt(2 / fanIn) * 0.8796,
    heUniform: Math.sqrt(2 / fanIn),
    leCunNormal: Math.sqrt(1 / fanIn) * 0.8796,
    leCunUniform: Math.sqrt(1 / fanIn),
    varianceScaling: Math.sqrt(1 / fanIn) * 0.8796,
  };
  for (const [name, expected] of Object.entries(deviations)) {
    const make = (seed?: number): number[] =>
      values(tf.initializers[name as 'glorotNormal']({ seed } as { seed: number }).apply([fanIn, fanOut]));
    const drawn = make(3);
    const deviation = Math.sqrt(drawn.reduce((sum, value) => sum + value * value, 0) / drawn.length);
    assert.ok(Math.abs(deviation / expected - 1) < 0.05, `${name}: ${deviation} instead of ${expected}`);
    assert.deepEqual(make(3), drawn, name);
    assert.notDeepEqual(make(), make(), name);
  }
  const orthogonal = tf.initializers.orthogonal({ seed: 1 }).apply([8, 5]);
  const product = values(tf.matMul(orthogonal, orthogonal, true, false));
  const identity = values(tf.initializers.identity({}).apply([5, 5]));
  product.forEach((value, index) => assert.ok(Math.abs(value - (identity[index] ?? NaN)) < 1e-5));
  assert.deepEqual(values(tf.initializers.constant({ value: 2 }).apply([2])), [2, 2]);
});

test('drawing leaves nothing behind', { timeout }, async () => {
  const step = compile(() => tf.dropout(tf.ones([10]), 0.5, undefined, 3));
  const draw = async (): Promise<void> => {
    tf.tidy(() => {
      tf.randomUniform([3], 0, 1, 'float32', 1);
      tf.randomGamma([3], 2, 2, 'int32');
      tf.dropout(tf.ones([3]), 0.5);
      tf.multinomial([0, 1], 2);
    });
    (await step()).dispose();
  };
  await draw();
  const before = [tf.memory().numTensors, numLiveTensors()];
  for (let i = 0; i < 20; i++) await draw();
  assert.deepEqual([tf.memory().numTensors, numLiveTensors()], before);
  step.dispose();
});
