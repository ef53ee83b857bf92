/** Normalization layers against their formulas with TF.js's own gradients. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '../src/index.ts';

const timeout = 60_000;
const epsilon = 1e-3;

interface Results {
  y: tf.Tensor;
  dx: tf.Tensor;
  dGamma?: tf.Tensor;
  dBeta?: tf.Tensor;
}

function results(fn: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, weights: tf.Variable[]): Results {
  const slope = tf.sin(tf.range(0, x.size)).reshape(x.shape);
  const variable = tf.variable(x);
  const { grads } = tf.variableGrads(() => tf.sum(tf.mul(fn(variable), slope)), [variable, ...weights]);
  const [dx, dGamma, dBeta] = [variable, ...weights].map(({ name }) => grads[name]);
  return { y: fn(x), dx, dGamma, dBeta } as Results;
}

/** @param axes - What a mean is taken over. */
function formula(axes: number[], x: tf.Tensor, gamma?: tf.Tensor, beta?: tf.Tensor): tf.Tensor {
  const { mean, variance } = tf.moments(x, axes, true);
  const normalized = x.sub(mean).mul(variance.add(epsilon).rsqrt());
  return normalized.mul(gamma ?? 1).add(beta ?? 0);
}

async function assertClose(
  actual: tf.Tensor | undefined,
  expected: tf.Tensor | undefined,
  name: string,
): Promise<void> {
  assert.deepEqual(actual?.shape, expected?.shape, name);
  if (actual === undefined || expected === undefined) return;
  const [left, right] = await Promise.all([actual.data(), expected.data()]);
  left.forEach((value, index) => {
    assert.ok(Math.abs(value - (right[index] ?? NaN)) < 1e-4, `${name}[${index}]: ${value}, expected ${right[index]}`);
  });
}

/** What TF.js keeps the weights of a layer in. */
function variablesOf(layer: tf.layers.Layer): tf.Variable[] {
  return layer.trainableWeights.map((weight) => weight.read() as unknown as tf.Variable);
}

const axesBefore = (rank: number): number[] => Array.from({ length: rank - 1 }, (_, axis) => axis);

for (const shape of [
  [6, 3],
  [4, 5, 3],
  [2, 4, 5, 3],
  [2, 2, 2, 2, 3],
]) {
  for (const hasWeights of [true, false]) {
    test(
      `of batches of shape [${shape.join()}]${hasWeights ? '' : ' without scale and centre'}`,
      { timeout },
      async () => {
        const options = { scale: hasWeights, center: hasWeights, epsilon, momentum: 0.9 };
        const layer = tf.layers.batchNormalization(options);
        const x = tf.randomNormal(shape, 2, 3, 'float32', 7);
        layer.build(shape);
        const weights = hasWeights ? [tf.variable(tf.tensor1d([1, 2, 0.5])), tf.variable(tf.tensor1d([0, -1, 3]))] : [];
        const moving = layer.getWeights().slice(weights.length);
        layer.setWeights([...weights, ...moving]);
        const trained = variablesOf(layer);
        const fn = (input: tf.Tensor): tf.Tensor => layer.apply(input, { training: true }) as tf.Tensor;

        const expected = results((input) => formula(axesBefore(shape.length), input, ...weights), x, weights);
        const actual = results(fn, x, trained);
        for (const name of ['y', 'dx', 'dGamma', 'dBeta'] as const)
          await assertClose(actual[name], expected[name], name);

        // Two calls have moved the averages twice.
        const { mean, variance } = tf.moments(x, axesBefore(shape.length));
        const [movingMean, movingVariance] = layer.getWeights().slice(weights.length);
        await assertClose(movingMean, mean.mul(0.19), 'moving mean');
        await assertClose(movingVariance, variance.mul(0.19).add(0.81), 'moving variance');
      },
    );
  }
}

test('of batches in a compiled function', { timeout }, async () => {
  const layer = tf.layers.batchNormalization();
  const x = tf.randomUniform([8, 4, 4, 2], -1, 3, 'float32', 1);
  layer.build(x.shape);
  const trained = variablesOf(layer);
  const step = (input: tf.Tensor): tf.Scalar[] => {
    const loss = (): tf.Scalar => tf.sum(tf.pow(layer.apply(input, { training: true }) as tf.Tensor, 3));
    const { value, grads } = tf.variableGrads(loss, trained);
    return [value, ...Object.values(grads)] as tf.Scalar[];
  };
  const compiled = tf.function(step);
  const [actual, expected] = [await compiled(x), step(x)];
  for (const [index, tensor] of actual.entries()) await assertClose(tensor, expected[index], `result ${index}`);
  const movingMean = (await layer.getWeights()[2]?.data())?.[0] ?? 0;
  assert.ok(movingMean > 0.01, `the moving mean is ${movingMean}`);
  compiled.dispose();
});

for (const shape of [
  [6, 5],
  [4, 3, 5],
  [2, 2, 3, 5],
]) {
  for (const hasWeights of [true, false]) {
    test(
      `of rows of shape [${shape.join()}]${hasWeights ? '' : ' without scale and centre'}`,
      { timeout },
      async () => {
        const layer = tf.layers.layerNormalization({ scale: hasWeights, center: hasWeights, epsilon });
        const x = tf.randomNormal(shape, 2, 3, 'float32', 7);
        layer.build(shape);
        const values = [tf.tensor1d([1, 2, 0.5, 1, -1]), tf.tensor1d([0, -1, 3, 1, 2])];
        const weights = hasWeights ? values.map((value) => tf.variable(value)) : [];
        layer.setWeights(weights);
        const trained = variablesOf(layer);
        const fn = (input: tf.Tensor): tf.Tensor => layer.apply(input) as tf.Tensor;

        const expected = results((input) => formula([shape.length - 1], input, ...weights), x, weights);
        const compiled = tf.function((input: tf.Tensor) => fn(input));
        for (const name of ['y', 'dx', 'dGamma', 'dBeta'] as const) {
          await assertClose(results(fn, x, trained)[name], expected[name], name);
        }
        await assertClose(await compiled(x), expected.y, 'compiled');
        compiled.dispose();
      },
    );
  }
}
