/** Models that Keras 3 has saved: they give Python's predictions, and what has no equal here is named. */
import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as tf from '../src/index.ts';

interface Golden {
  readonly shape: number[];
  readonly values: number[];
}

const timeout = 60_000;
const tolerance = 1e-5;
const golden = join(import.meta.dirname, 'golden/keras');
const predictions = JSON.parse(await readFile(join(golden, 'predictions.json'), 'utf8')) as Record<
  string,
  { inputs: Golden[]; outputs: Golden[] }
>;
let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keras-'));
});
after(async () => {
  await rm(folder, { recursive: true });
});

const load = (name: string): Promise<tf.LayersModel> => tf.loadLayersModel(`file://${join(golden, name)}.keras`);
const tensorsOf = (arrays: readonly Golden[]): tf.Tensor[] =>
  arrays.map(({ values, shape }) => tf.tensor(values, shape));

for (const [name, { inputs, outputs }] of Object.entries(predictions)) {
  test(`${name}.keras predicts what Python predicts`, { timeout }, async () => {
    const model = await load(name);
    const predicted = [model.predict(tensorsOf(inputs))].flat();
    checkOutputs(predicted, outputs);
  });
}

test('a loaded model predicts the same compiled, saved by TF.js and loaded again', { timeout }, async () => {
  const { inputs, outputs } = predictions['sequences'] as { inputs: Golden[]; outputs: Golden[] };
  const model = await load('sequences');
  assert.ok(model instanceof tf.Sequential);
  const compiled = [await model.predictAsync(tensorsOf(inputs))].flat();
  checkOutputs(compiled, outputs);
  await model.save(`file://${folder}/again`);
  const again = await tf.loadLayersModel(`file://${folder}/again/model.json`);
  checkOutputs([again.predict(tensorsOf(inputs))].flat(), outputs);
});

test('a loaded model trains further, with dropout inside of a GRU', { timeout }, async () => {
  const model = await load('sequences');
  assert.ok(model instanceof tf.Sequential);
  const { inputs, outputs } = predictions['sequences'] as { inputs: Golden[]; outputs: Golden[] };
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  const [x, y] = [tensorsOf(inputs)[0] as tf.Tensor, (tensorsOf(outputs)[0] as tf.Tensor).add(1)];
  const { history } = await model.fit(x, y, { epochs: 20, verbose: 0 });
  const losses = history['loss'] as number[];
  assert.ok((losses.at(-1) as number) < (losses[0] as number), `loss went from ${losses[0]} to ${losses.at(-1)}`);
});

const refusals: readonly [file: string, code: string, named: RegExp][] = [
  ['unknownLayer', 'TFD_KERAS_LAYER', /unit \(UnitNormalization\)/],
  ['operation', 'TFD_KERAS_LAYER', /\(Add\) of keras\.src\.ops/],
  ['unknownOption', 'TFD_KERAS_OPTION', /grouped \(Conv2D\) with groups = 2/],
  ['hardSigmoid', 'TFD_KERAS_OPTION', /hard \(Dense\) with activation = "hard_sigmoid"/],
];
for (const [file, code, named] of refusals) {
  test(`${file}.keras is refused, and the message names why`, { timeout }, async () => {
    await assert.rejects(load(file), (error: tf.UserError) => error.code === code && named.test(error.message));
  });
}

test('a class that the user has registered stands for an unknown layer', { timeout }, async () => {
  class UnitNormalization extends tf.layers.Layer {
    static className = 'UnitNormalization';
    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      const [x] = [inputs].flat() as [tf.Tensor];
      return x.div(x.norm('euclidean', -1, true));
    }
  }
  tf.serialization.registerClass(UnitNormalization);
  const model = await load('unknownLayer');
  const predicted = model.predict(tf.tensor2d([[3, 4, 0, 0]])) as tf.Tensor;
  checkOutputs([predicted], [{ shape: [1, 4], values: [0.6, 0.8, 0, 0] }]);
});

test('a file that is missing, cut off or something else is refused', { timeout }, async () => {
  const path = join(folder, 'damaged.keras');
  const refused = (): Promise<void> =>
    assert.rejects(tf.loadLayersModel(path), (error: tf.UserError) => error.code === 'TFD_KERAS_FILE');
  await refused();
  await writeFile(path, 'no archive');
  await refused();
  const whole = await readFile(join(golden, 'branches.keras'));
  await writeFile(path, whole.subarray(0, whole.length - 100));
  await refused();
  const flipped = Buffer.from(whole);
  flipped[2000] = (flipped[2000] as number) ^ 0xff;
  await writeFile(path, flipped);
  await refused();
  await copyFile(join(golden, 'branches.keras'), path);
  assert.equal((await tf.loadLayersModel(path)).inputs.length, 2);
});

function checkOutputs(found: readonly tf.Tensor[], expected: readonly Golden[]): void {
  assert.deepEqual(
    found.map(({ shape }) => shape),
    expected.map(({ shape }) => shape),
  );
  for (const [index, { values }] of expected.entries()) {
    const numbers = (found[index] as tf.Tensor).dataSync();
    const difference = Math.max(...values.map((value, i) => Math.abs(value - Number(numbers[i]))));
    assert.ok(difference <= tolerance, `output ${index} differs by ${difference}`);
  }
}
