/** Models in files: what is saved comes back with the same predictions, whoever wrote it; damage is named. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { resourceOf } from '../src/backend/index.ts';
import { compile } from '../src/graph/index.ts';
import * as tf from '../src/index.ts';

const timeout = 60_000;
let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'models-'));
});
after(async () => {
  await rm(folder, { recursive: true });
});

const models: Record<string, () => tf.LayersModel> = {
  dense: () => {
    const layers = [tf.layers.dense({ units: 4, activation: 'relu', inputShape: [3] }), tf.layers.dense({ units: 2 })];
    return tf.sequential({ layers });
  },
  convolution: () =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [6, 6, 1] }),
        tf.layers.batchNormalization(),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    }),
  lstm: () => tf.sequential({ layers: [tf.layers.lstm({ units: 3, inputShape: [4, 2] })] }),
};

const predict = (model: tf.LayersModel): Float32Array => {
  const [, ...shape] = model.inputs[0]?.shape ?? [];
  const input = tf.randomNormal([5, ...(shape as number[])] as [number, number], 0, 1, 'float32', 1);
  const output = model.predict(input) as tf.Tensor;
  return output.dataSync() as Float32Array;
};

for (const [name, make] of Object.entries(models)) {
  test(`a saved model comes back: ${name}`, { timeout }, async () => {
    const model = make();
    const path = join(folder, name, 'nested');
    const { modelArtifactsInfo } = await model.save(`file://${path}`);
    assert.equal(modelArtifactsInfo.weightDataBytes, (await readFile(join(path, 'weights.bin'))).length);
    assert.deepEqual((await readdir(path)).sort(), ['model.json', 'weights.bin']);
    const expected = predict(model);
    for (const source of [`file://${path}/model.json`, `file://${path}`, tf.io.fileSystem(join(path, 'model.json'))]) {
      assert.deepEqual(predict(await tf.loadLayersModel(source)), expected);
    }
  });
}

test(
  'weights that compiled code updates in place are saved as they are, and loaded in place',
  { timeout },
  async () => {
    const model = models['dense']?.() as tf.LayersModel;
    const variables = model.weights.map((weight) => weight.read()).filter((tensor) => tensor instanceof tf.Variable);
    assert.equal(variables.length, 4);
    variables.forEach(resourceOf);
    const increment = compile(() => {
      for (const variable of variables) variable.assign(variable.add(1));
      return [];
    });
    await increment();
    const path = join(folder, 'resources');
    await model.save(`file://${path}`);
    const expected = predict(model);
    assert.deepEqual(predict(await tf.loadLayersModel(`file://${path}/model.json`)), expected);
    await increment();
    assert.notDeepEqual(predict(model), expected);
  },
);

test('training goes on from the optimizer and losses that were saved', { timeout }, async () => {
  const model = models['dense']?.() as tf.LayersModel;
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  const [x, y] = [tf.ones([8, 3]), tf.ones([8, 2])];
  await model.fit(x, y, { epochs: 2 });
  const path = join(folder, 'trained');
  await model.save(`file://${path}`, { includeOptimizer: true });
  const loaded = await tf.loadLayersModel(`file://${path}/model.json`);
  const losses = [model, loaded].map(async (each) => (await each.fit(x, y, { shuffle: false })).history['loss']);
  assert.deepEqual(await losses[0], await losses[1]);
});

test('models in the format of tfjs-node, and in several groups and shards, are read', { timeout }, async () => {
  const model = models['dense']?.() as tf.LayersModel;
  const path = join(folder, 'shards');
  await model.save(`file://${path}`);
  const json = JSON.parse(await readFile(join(path, 'model.json'), 'utf8')) as tf.io.ModelJSON;
  assert.deepEqual(Object.keys(json).sort(), [
    'convertedBy',
    'format',
    'generatedBy',
    'modelTopology',
    'weightsManifest',
  ]);
  assert.deepEqual(json.weightsManifest[0]?.paths, ['weights.bin']);
  const weights = json.weightsManifest[0].weights;
  const bytes = await readFile(join(path, 'weights.bin'));
  // As Python's tensorflowjs writes them: shards end anywhere, also inside a number.
  const firstBytes = 4 * (weights[0]?.shape.reduce((size, dim) => size * dim, 1) ?? 0);
  const shards = {
    'group1-shard1of2.bin': [0, 13],
    'group1-shard2of2.bin': [13, firstBytes],
    'group2-shard1of1.bin': [firstBytes],
  };
  for (const [name, range] of Object.entries(shards)) await writeFile(join(path, name), bytes.subarray(...range));
  json.weightsManifest = [
    { paths: ['group1-shard1of2.bin', 'group1-shard2of2.bin'], weights: weights.slice(0, 1) },
    { paths: ['group2-shard1of1.bin'], weights: weights.slice(1) },
  ];
  await rm(join(path, 'weights.bin'));
  await writeFile(join(path, 'model.json'), JSON.stringify(json));
  assert.deepEqual(predict(await tf.loadLayersModel(`file://${path}/model.json`)), predict(model));
});

test('a graph model, converted from Python, is read and run', { timeout }, async () => {
  const path = join(folder, 'graph');
  await mkdir(path);
  const type = { T: { type: 'DT_FLOAT' } };
  const node = [
    {
      name: 'x',
      op: 'Placeholder',
      attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim: [{ size: '-1' }, { size: '2' }] } } },
    },
    {
      name: 'w',
      op: 'Const',
      attr: {
        dtype: { type: 'DT_FLOAT' },
        value: { tensor: { dtype: 'DT_FLOAT', tensorShape: { dim: [{ size: '2' }, { size: '1' }] } } },
      },
    },
    {
      name: 'y',
      op: 'MatMul',
      input: ['x', 'w'],
      attr: { ...type, transpose_a: { b: false }, transpose_b: { b: false } },
    },
  ];
  const weightsManifest = [
    { paths: ['group1-shard1of1.bin'], weights: [{ name: 'w', shape: [2, 1], dtype: 'float32' }] },
  ];
  await writeFile(
    join(path, 'model.json'),
    JSON.stringify({ format: 'graph-model', modelTopology: { node, versions: {} }, weightsManifest }),
  );
  await writeFile(join(path, 'group1-shard1of1.bin'), Buffer.from(Float32Array.of(2, 3).buffer));
  const model = await tf.loadGraphModel(`file://${path}/model.json`);
  assert.deepEqual((model.predict(tf.tensor2d([[1, 10]])) as tf.Tensor).arraySync(), [[32]]);
});

test('what is missing or damaged is named', { timeout }, async () => {
  const path = join(folder, 'damaged');
  const load = async (): Promise<unknown> => await tf.loadLayersModel(`file://${path}/model.json`);
  await assert.rejects(load, { code: 'TFD_MODEL_NOT_FOUND', name: 'UserError' });
  await models['dense']?.().save(`file://${path}`);
  const [modelFile, weightsFile] = [join(path, 'model.json'), join(path, 'weights.bin')];
  const [text, weights] = [await readFile(modelFile, 'utf8'), await readFile(weightsFile)];

  await writeFile(weightsFile, weights.subarray(4));
  await assert.rejects(load, { code: 'TFD_MODEL_CORRUPT', received: /4 weights of 104 bytes, and files of 100 bytes/ });
  await rm(weightsFile);
  await assert.rejects(load, { code: 'TFD_MODEL_CORRUPT', received: /weights\.bin/ });
  await writeFile(modelFile, text.slice(0, 50));
  await assert.rejects(load, { code: 'TFD_MODEL_CORRUPT', received: /not JSON/ });
  await writeFile(modelFile, JSON.stringify({ modelTopology: {}, weightsManifest: [{ paths: 'weights.bin' }] }));
  await assert.rejects(load, { code: 'TFD_MODEL_CORRUPT', received: /weightsManifest/ });
  await rm(modelFile);
  await assert.rejects(load, { code: 'TFD_MODEL_NOT_FOUND' });
  await assert.rejects(async () => await tf.loadLayersModel(`file://${path}`), { code: 'TFD_MODEL_NOT_FOUND' });
});

test('a save that fails leaves the model that was there', { timeout }, async () => {
  const model = models['dense']?.() as tf.LayersModel;
  const path = join(folder, 'kept');
  await model.save(`file://${path}`);
  // A folder in the place of a file makes the last step fail, whoever runs the test.
  const blocked = join(folder, 'blocked');
  await mkdir(join(blocked, 'weights.bin', 'inside'), { recursive: true });
  await assert.rejects(async () => await model.save(`file://${blocked}`), {
    code: 'TFD_MODEL_WRITE',
    name: 'EnvironmentError',
  });
  assert.deepEqual(await readdir(blocked), ['weights.bin']);
  await writeFile(join(folder, 'file'), '');
  await assert.rejects(async () => await model.save(`file://${folder}/file/model`), { code: 'TFD_MODEL_WRITE' });
  await model.save(`file://${path}/model.json`);
  assert.deepEqual((await readdir(path)).sort(), ['model.json', 'weights.bin']);
});
