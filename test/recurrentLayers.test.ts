/** Recurrent layers: what they compute beside TF.js's own loop over the steps and beside Keras, with all options. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mock, test } from 'node:test';
import * as tf from '../src/index.ts';
import { numLiveTensors } from '../src/tensor/index.ts';
import { ResetAfterGRU } from '../src/train/keras/gru.ts';

const timeout = 120_000;
const [batch, numSteps, numFeatures, units] = [32, 5, 3, 4];
// TF.js says at each call of its loop that `unroll` makes no difference to it.
mock.method(console, 'warn', () => undefined);

type Options = Partial<Parameters<typeof tf.layers.lstm>[0]> & { dropoutFunc?: typeof tf.dropout };

const kinds: Record<string, (options: Options) => tf.RNN> = {
  lstm: (options) => tf.layers.lstm({ units, ...options }),
  gru: (options) => tf.layers.gru({ units, ...options }),
  'gru, reset after': (options) => new ResetAfterGRU({ units, ...options }),
  simpleRNN: (options) => tf.layers.simpleRNN({ units, ...(options as object) }),
};

const cases: Record<string, Options> = {
  defaults: {},
  sigmoid: { recurrentActivation: 'sigmoid' },
  'relu, hard sigmoid': { activation: 'relu' },
  'linear, sigmoid': { activation: 'linear', recurrentActivation: 'sigmoid' },
  'an activation that only TF.js has': { activation: 'softplus' },
  'no bias': { useBias: false, recurrentActivation: 'sigmoid' },
  sequences: { returnSequences: true },
  backwards: { goBackwards: true, returnSequences: true },
  states: { returnState: true },
  'sequences and states, backwards': { returnSequences: true, returnState: true, goBackwards: true },
  dropout: { dropout: 0.5, recurrentDropout: 0.25 },
};

const values = (shape: readonly number[], seed: number): tf.Tensor =>
  tf.randomNormal([...shape], 0, 0.7, 'float32', seed);

/** Always the same factors, so that two layers drop the same. */
const sameDropout = ((x: tf.Tensor, rate: number) => tf.mul(x, values(x.shape, 100 * rate))) as typeof tf.dropout;

function build(make: (options: Options) => tf.RNN, options: Options): tf.RNN {
  const layer = make(options);
  layer.build([null, numSteps, numFeatures]);
  layer.setWeights(layer.getWeights().map(({ shape }, index) => values(shape, index)));
  return layer;
}

const weightsOf = (layer: tf.RNN): tf.Variable[] =>
  layer.trainableWeights.map((weight) => weight.read() as unknown as tf.Variable);

/** Outputs of the layer, and gradients of `lossOf` them: of the inputs, the initial states and the weights. */
function results(
  layer: tf.RNN,
  inputs: tf.Tensor[],
  kwargs: object,
  lossOf: (output: tf.Tensor, index: number) => tf.Tensor,
): tf.Tensor[] {
  const call = ([sequence, ...initialState]: tf.Tensor[]): tf.Tensor[] =>
    [layer.call(sequence as tf.Tensor, { ...kwargs, initialState })].flat();
  const loss = (...args: tf.Tensor[]): tf.Scalar =>
    call(args)
      .map((output, index) => tf.sum(lossOf(output, index)))
      .reduce((sum, part) => tf.add(sum, part)) as tf.Scalar;
  const { grads } = tf.variableGrads(() => loss(...inputs), weightsOf(layer));
  const ofWeights = weightsOf(layer).map(({ name }) => grads[name] as tf.Tensor);
  return [...call(inputs), ...tf.grads(loss)(inputs), ...ofWeights];
}

/** The largest difference, in terms of the largest value of a tensor where that is above 1. */
function difference(found: readonly tf.Tensor[], expected: readonly tf.Tensor[]): number {
  assert.deepEqual(
    found.map(({ shape }) => shape),
    expected.map(({ shape }) => shape),
  );
  const differences = found.map((tensor, index) => {
    const reference = expected[index] as tf.Tensor;
    const scale = tf.maximum(1, tf.max(tf.abs(reference)));
    return tf.max(tf.abs(tf.div(tf.sub(tensor, reference), scale))).dataSync()[0] as number;
  });
  return Math.max(...differences);
}

for (const [kind, make] of Object.entries(kinds)) {
  for (const [name, options] of Object.entries(cases)) {
    for (const isMasked of [false, true]) {
      test(`${kind} as TF.js's loop: ${name}${isMasked ? ', masked' : ''}`, { timeout }, async () => {
        const [fast, loop] = [false, true].map((unroll) =>
          build(make, { ...options, dropoutFunc: sameDropout, unroll }),
        ) as [tf.RNN, tf.RNN];
        const numStates = [fast.cell.stateSize].flat().length;
        const states = Array.from({ length: numStates }, (_, index) => values([batch, units], 20 + index));
        const inputs = [values([batch, numSteps, numFeatures], 9), ...states];
        const mask = isMasked ? { mask: tf.greater(values([batch, numSteps], 30), 0) } : {};
        const weighted = (output: tf.Tensor, index: number): tf.Tensor =>
          tf.mul(output, values(output.shape, 50 + index));
        const run = (layer: tf.RNN, ...args: tf.Tensor[]): tf.Tensor[] =>
          results(layer, args, { training: true, ...mask }, weighted);
        const expected = run(loop, ...inputs);
        assert.ok(difference(run(fast, ...inputs), expected) < 1e-5);
        const compiled = tf.function((...args: tf.Tensor[]) => run(fast, ...args));
        assert.ok(difference(await compiled(...inputs), expected) < 1e-5);
        compiled.dispose();
      });
    }
  }
}

interface Golden {
  readonly kind: string;
  readonly options: Readonly<Record<string, boolean>>;
  readonly isMasked: boolean;
  readonly inputs: readonly Stored[];
  readonly weights: readonly Stored[];
  readonly outputs: readonly Stored[];
  readonly gradients: readonly Stored[];
}

interface Stored {
  readonly shape: number[];
  readonly values: number[];
}

const golden = JSON.parse(readFileSync(new URL('golden/recurrent.json', import.meta.url), 'utf8')) as Golden[];
const stored = (tensors: readonly Stored[]): tf.Tensor[] =>
  tensors.map(({ shape, values }) => tf.tensor(values, shape));

for (const { kind, options, isMasked, inputs, weights, outputs, gradients } of golden) {
  test(`${kind} as Keras: ${JSON.stringify(options)}${isMasked ? ', masked' : ''}`, { timeout }, () => {
    const { reset_after: resetAfter, return_state: returnState = false, ...rest } = options;
    const make =
      kinds[resetAfter === true ? 'gru, reset after' : kind === 'SimpleRNN' ? 'simpleRNN' : kind.toLowerCase()];
    const layer = make?.({
      units: 2,
      recurrentActivation: 'sigmoid',
      returnState,
      returnSequences: rest['return_sequences'] ?? false,
      goBackwards: rest['go_backwards'] ?? false,
    }) as tf.RNN;
    const tensors = stored(inputs);
    layer.build((tensors[0] as tf.Tensor).shape);
    layer.setWeights(stored(weights));
    const mask = tf.tensor2d([1, 1, 1, 1, 1, 1, 0, 0], [2, 4], 'bool');
    const found = results(layer, tensors, isMasked ? { mask } : {}, tf.square);
    const distance = difference(found, stored([...outputs, ...gradients]));
    // Keras computes in float32 too, in another order.
    assert.ok(distance < 2e-5, `difference ${distance}`);
  });
}

for (const [kind, make] of Object.entries(kinds)) {
  test(`${kind}: gradients agree with finite differences`, { timeout }, () => {
    const layer = build(make, { recurrentActivation: 'sigmoid', returnSequences: true });
    const x = values([2, numSteps, numFeatures], 9);
    const loss = (sequence: tf.Tensor): tf.Scalar => tf.sum(tf.square(layer.call(sequence, {}) as tf.Tensor));
    const [gradient] = tf.grads(loss)([x]) as [tf.Tensor];
    const direction = values(x.shape, 11);
    const step = 1e-2;
    const [up, down] = [step, -step].map((size) => loss(tf.add(x, tf.mul(direction, size))).dataSync()[0] as number);
    const slope = ((up as number) - (down as number)) / (2 * step);
    const found = tf.sum(tf.mul(gradient, direction)).dataSync()[0] as number;
    assert.ok(Math.abs(found - slope) < 2e-3 * Math.max(1, Math.abs(slope)), `${found}, differences give ${slope}`);
  });
}

test('a stateful layer goes on from where it was, as in the loop', { timeout }, () => {
  const [fast, loop] = [false, true].map((unroll) => {
    const layer = tf.layers.lstm({ units, stateful: true, unroll, returnSequences: true });
    layer.apply(tf.zeros([batch, numSteps, numFeatures]));
    layer.setWeights(layer.getWeights().map(({ shape }, index) => values(shape, index)));
    layer.resetStates();
    return layer;
  }) as [tf.RNN, tf.RNN];
  for (let round = 0; round < 3; round++) {
    const x = values([batch, numSteps, numFeatures], round);
    const [found, expected] = [fast, loop].map((layer) => [layer.apply(x) as tf.Tensor, ...layer.getStates()]);
    assert.ok(difference(found ?? [], expected ?? []) < 1e-5);
  }
});

test('bidirectional layers, masks of layers before, and stacks train as with the loop', { timeout }, async () => {
  const train = async (unroll: boolean): Promise<number[]> => {
    tf.setRandomSeed(4);
    const layer = (options: Options): tf.RNN => tf.layers.gru({ units, unroll, ...options });
    const model = tf.sequential({
      layers: [
        tf.layers.masking({ maskValue: 0, inputShape: [numSteps, numFeatures] }),
        tf.layers.bidirectional({ layer: layer({ returnSequences: true }), mergeMode: 'concat' }),
        tf.layers.lstm({ units, unroll }),
        tf.layers.dense({ units: 1 }),
      ],
    });
    model.setWeights(model.getWeights().map(({ shape }, index) => values(shape, index)));
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const x = tf.relu(values([batch, numSteps, numFeatures], 1));
    const { history } = await model.fit(x, values([batch, 1], 2), { epochs: 3, shuffle: false, verbose: 0 });
    return history['loss'] as number[];
  };
  const [found, expected] = [await train(false), await train(true)];
  found.forEach((loss, epoch) => assert.ok(Math.abs(loss - (expected[epoch] as number)) < 1e-5, `epoch ${epoch}`));
  assert.ok((found[2] as number) < (found[0] as number));
});

test('drops values in training only', { timeout }, () => {
  const layer = build(kinds['lstm'] as (options: Options) => tf.RNN, { dropout: 0.5, recurrentDropout: 0.5 });
  const x = values([batch, numSteps, numFeatures], 1);
  const run = (training: boolean): tf.Tensor[] => [layer.call(x, { training })].flat();
  assert.equal(difference(run(false), run(false)), 0);
  assert.ok(difference(run(true), run(false)) > 0.01);
  assert.ok(difference(run(true), run(true)) > 0.01);
});

test('a layer that is to be unrolled has second derivatives, which TF.js computes', { timeout }, () => {
  const layer = build(kinds['simpleRNN'] as (options: Options) => tf.RNN, { unroll: true, activation: 'linear' });
  const square = (x: tf.Tensor): tf.Tensor => tf.sum(tf.square(layer.call(x, {}) as tf.Tensor));
  const x = values([2, numSteps, numFeatures], 1);
  const twice = tf.grad((y: tf.Tensor) => tf.sum(tf.grad(square)(y)))(x);
  assert.ok((tf.max(tf.abs(twice)).dataSync()[0] as number) > 0);
});

test('leaves no tensors behind', { timeout }, async () => {
  const layer = build(kinds['lstm'] as (options: Options) => tf.RNN, { returnSequences: true });
  const x = values([batch, numSteps, numFeatures], 1);
  const gradient = tf.grad((y: tf.Tensor) => tf.sum(layer.call(y, {}) as tf.Tensor));
  const compiled = tf.function(gradient);
  const round = async (): Promise<void> => {
    gradient(x).dispose();
    (layer.call(x, {}) as tf.Tensor).dispose();
    (await compiled(x)).dispose();
  };
  await round();
  const before = [numLiveTensors(), tf.memory().numTensors];
  for (let i = 0; i < 3; i++) await round();
  assert.deepEqual([numLiveTensors(), tf.memory().numTensors], before);
});
