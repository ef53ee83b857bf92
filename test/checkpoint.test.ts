/** Checkpoints: round trips, kills while saving, wrong and corrupt files, and what Python reads. */
import assert from 'node:assert/strict';
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential, type Sequential } from '@tensorflow/tfjs-layers';
import { resourceOf } from '../src/backend/index.ts';
import { CheckpointManager, latestCheckpoint, restoreCheckpoint, saveCheckpoint } from '../src/checkpoint/index.ts';
import { compile } from '../src/graph/index.ts';
import { numLiveTensors } from '../src/tensor/index.ts';
import { Checkpoint } from '../src/train/checkpointing.ts';
import { adam, type Adam } from '../src/train/optimizers/index.ts';

const timeout = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'tfd-checkpoint-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A path that no other test uses. */
const place = (name: string): string => join(mkdtempSync(join(folder, 'test-')), name);

function makeModel(units = 3): Sequential {
  return sequential({
    layers: [layers.dense({ units, inputShape: [2], activation: 'tanh' }), layers.dense({ units: 1, name: 'head' })],
  });
}

/** One compiled step of `model` on fixed data. */
function trainStep(model: Sequential, optimizer: Adam): () => Promise<void> {
  const x = tf.tensor2d([0.1, 0.2, -0.3, 0.4], [2, 2]);
  const weights: tf.Variable[] = model.trainableWeights.flatMap((weight) => {
    const value = weight.read();
    return value instanceof tf.Variable ? [value as tf.Variable] : [];
  });
  return compile(() => {
    optimizer.minimize(() => tf.mean(tf.square(model.apply(x) as tf.Tensor)), false, weights);
  });
}

const valuesOf = (model: Sequential): number[][] => model.getWeights().map((value) => Array.from(value.dataSync()));

test('a restored model and optimizer take the same next steps', { timeout }, async () => {
  const [model, optimizer] = [makeModel(), adam(0.05)];
  const step = trainStep(model, optimizer);
  for (let i = 0; i < 3; i++) await step();
  optimizer.learningRate = 0.02;
  const prefix = await new Checkpoint({ model, optimizer }).write(place('model'), { metadata: { epoch: 3 } });
  const saved = valuesOf(model);
  for (let i = 0; i < 3; i++) await step();

  const [other, fresh] = [makeModel(), adam(0.5)]; // TF.js gives its layers other names than those of `model`.
  const restored = await new Checkpoint({ model: other, optimizer: fresh }).restore(prefix);
  assert.deepEqual(restored, { prefix, metadata: { epoch: 3 } });
  assert.deepEqual(valuesOf(other), saved);
  assert.deepEqual([fresh.iterations, fresh.learningRate], [3, Math.fround(0.02)]);
  const again = trainStep(other, fresh);
  for (let i = 0; i < 3; i++) await again();
  assert.deepEqual(valuesOf(other), valuesOf(model));

  // In place: the compiled step goes on with what was restored.
  await new Checkpoint({ model, optimizer }).restore(prefix);
  for (let i = 0; i < 3; i++) await step();
  assert.deepEqual(valuesOf(model), valuesOf(other));
});

test('the values are those after all steps called so far', { timeout }, async () => {
  const w = tf.variable(tf.zeros([1000]));
  const step = compile(() => {
    w.assign(tf.add(w, 1));
  });
  const before = [step(), step()];
  const saving = new Checkpoint({ w }).write(place('w'));
  const later = step();
  await Promise.all([...before, later]);
  await new Checkpoint({ w }).restore(await saving);
  assert.equal(w.dataSync()[999], 2);
});

test('a manager numbers its checkpoints, keeps the newest, and restores the last', { timeout }, async () => {
  const directory = place('many');
  const w = tf.variable(tf.scalar(0));
  const manager = new CheckpointManager(new Checkpoint({ w }), { directory, maxToKeep: 2 });
  assert.equal(manager.latestCheckpoint, undefined);
  assert.equal(await manager.restoreOrInitialize(), undefined);
  for (const value of [1, 2, 3]) {
    w.assign(tf.scalar(value));
    assert.equal(await manager.save({ metadata: value }), join(directory, `ckpt-${value}`));
  }
  assert.deepEqual(manager.checkpoints, [join(directory, 'ckpt-2'), join(directory, 'ckpt-3')]);
  assert.deepEqual(readdirSync(directory).sort(), [
    'checkpoint',
    ...['ckpt-2', 'ckpt-3'].flatMap((name) => [`${name}.data-00000-of-00001`, `${name}.index`]),
  ]);
  assert.match(readFileSync(join(directory, 'checkpoint'), 'utf8'), /^model_checkpoint_path: "ckpt-3"$/m);
  w.assign(tf.scalar(0));
  const again = new CheckpointManager(new Checkpoint({ w }), { directory, maxToKeep: 2 });
  assert.equal((await again.restoreOrInitialize())?.metadata, 3);
  assert.equal(w.dataSync()[0], 3);
  assert.equal(await again.save(), join(directory, 'ckpt-4'));
  rmSync(join(directory, 'ckpt-4.index'));
  assert.equal(latestCheckpoint(directory), join(directory, 'ckpt-3'));
});

test('latestCheckpoint reads what Python writes', { timeout }, () => {
  const directory = mkdtempSync(join(folder, 'python-'));
  const name = 'mod\\303\\250le \\"1\\"-7';
  writeFileSync(
    join(directory, 'checkpoint'),
    `model_checkpoint_path: "${name}"\nall_model_checkpoint_paths: "gone-6"\nall_model_checkpoint_paths: "${name}"\n`,
  );
  assert.equal(latestCheckpoint(directory), undefined);
  writeFileSync(join(directory, 'modèle "1"-7.index'), '');
  assert.equal(latestCheckpoint(directory), join(directory, 'modèle "1"-7'));
});

test('saving and restoring leaks nothing, and an existing name is replaced', { timeout }, async () => {
  const w = resourceOf(tf.variable(tf.tensor1d([1, 2])));
  const prefix = place('same');
  const once = async (): Promise<void> => {
    assert.equal(await saveCheckpoint(prefix, { tensors: { 'a/w': w } }), prefix);
    await restoreCheckpoint(prefix, { tensors: { 'a/w': w } });
  };
  await once();
  const before = [tf.memory().numTensors, numLiveTensors()];
  for (let i = 0; i < 5; i++) await once();
  assert.deepEqual([tf.memory().numTensors, numLiveTensors()], before);
  assert.equal(readdirSync(join(prefix, '..')).length, 2);
});

for (const [stage, left] of Object.entries({ writing: 2, data: 2, index: 2, list: 2, removal: 3 })) {
  test(`a process that is killed while it saves (${stage}) leaves checkpoint ${left}`, { timeout }, async () => {
    const directory = place('killed');
    const script = new URL('support/killedSave.ts', import.meta.url);
    const child = fork(script, [directory, stage], { execArgv: ['--import', 'tsx'], silent: true });
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL']);

    const [large, small] = [tf.variable(tf.zeros([2_000_000])), tf.variable(tf.zeros([]))];
    const manager = new CheckpointManager(new Checkpoint({ large, small }), { directory, maxToKeep: 2 });
    assert.equal((await manager.restoreOrInitialize())?.metadata, left);
    assert.ok(large.dataSync().every((value) => value === left) && small.dataSync()[0] === left);

    // The next save works, and removes what the killed process left behind.
    const next = await manager.save({ metadata: 'next' });
    assert.equal((await manager.restoreOrInitialize())?.prefix, next);
    assert.deepEqual(
      readdirSync(directory).filter((name) => name.startsWith('.') || name.endsWith('.tmp')),
      [],
    );
  });
}

test(
  'a model of another size is refused, with the names and both shapes, and nothing changes',
  { timeout },
  async () => {
    const prefix = await new Checkpoint({ model: makeModel(3) }).write(place('three'));
    const model = makeModel(4);
    const before = valuesOf(model);
    await assert.rejects(new Checkpoint({ model }).restore(prefix), {
      name: 'UserError',
      code: 'TFD_CHECKPOINT_MISMATCH',
      message:
        /model\/dense_1\/kernel is float32 of shape \[2, 3\] in the checkpoint, and float32 of shape \[2, 4\] here/,
    });
    assert.deepEqual(valuesOf(model), before);
  },
);

test('missing files, missing entries and corrupt data are errors with names', { timeout }, async () => {
  const w = tf.variable(tf.zeros([1000]));
  const prefix = await new Checkpoint({ w }).write(place('w'));
  const missing = { name: 'UserError', code: 'TFD_CHECKPOINT_MISSING', message: /nowhere/ };
  await assert.rejects(new Checkpoint({ w }).restore(join(folder, 'nowhere')), missing);
  await assert.rejects(new Checkpoint({ other: w, w }).restore(prefix), {
    name: 'UserError',
    code: 'TFD_CHECKPOINT_ENTRY_MISSING',
    message: /which lacks other\n/,
  });
  truncateSync(`${prefix}.data-00000-of-00001`, 100);
  const corrupt = { name: 'EnvironmentError', code: 'TFD_CHECKPOINT_CORRUPT', message: new RegExp(prefix) };
  await assert.rejects(new Checkpoint({ w }).restore(prefix), corrupt);
  writeFileSync(`${prefix}.index`, 'not a checkpoint');
  await assert.rejects(new Checkpoint({ w }).restore(prefix), corrupt);
});

test('what cannot be saved, or where, is an error', { timeout }, async () => {
  const w = tf.variable(tf.zeros([]));
  await assert.rejects(new Checkpoint({ w: 3 as unknown as tf.Variable }).write(place('w')), {
    name: 'UserError',
    code: 'TFD_CHECKPOINT_CONTENTS',
  });
  const file = place('file');
  writeFileSync(file, '');
  await assert.rejects(new Checkpoint({ w }).write(join(file, 'w')), {
    name: 'EnvironmentError',
    code: 'TFD_CHECKPOINT_WRITE',
  });
});

const python = process.env['TFJS_DISTRIBUTE_TEST_PYTHON'];
const skip = python === undefined ? 'TFJS_DISTRIBUTE_TEST_PYTHON names no Python that has TensorFlow' : false;

test('Python reads our checkpoints, and we read its', { timeout: 120_000, skip }, async () => {
  const directory = place('both');
  const w = tf.variable(tf.tensor2d([1, 2, 3, 4], [2, 2]));
  const optimizer = adam();
  optimizer.build([w]);
  await new CheckpointManager(new Checkpoint({ w, optimizer }), { directory }).save();
  const script = `
import json, sys, tensorflow as tf
path = tf.train.latest_checkpoint(sys.argv[1])
reader = tf.train.load_checkpoint(path)
values = {name: reader.get_tensor(name).tolist() for name in reader.get_variable_to_shape_map() if name != "_MANIFEST"}
tf.raw_ops.SaveV2(prefix=sys.argv[1] + "/python", tensor_names=["w"], shape_and_slices=[""], tensors=[tf.fill([2, 2], 7.0)])
print(json.dumps(values))`;
  const output = execFileSync(python ?? '', ['-c', script, directory], { encoding: 'utf8' });
  assert.deepEqual(JSON.parse(output), {
    w: [
      [1, 2],
      [3, 4],
    ],
    'optimizer/iterations': 0,
    'optimizer/learning_rate': Math.fround(0.001),
    'optimizer/w/momentum': [
      [0, 0],
      [0, 0],
    ],
    'optimizer/w/velocity': [
      [0, 0],
      [0, 0],
    ],
  });
  await new Checkpoint({ w }).restore(join(directory, 'python'));
  assert.deepEqual(Array.from(w.dataSync()), [7, 7, 7, 7]);
  const lacking = { code: 'TFD_CHECKPOINT_ENTRY_MISSING', message: /Key v not found/ };
  await assert.rejects(new Checkpoint({ v: w }).restore(join(directory, 'python')), lacking);
  assert.ok(existsSync(join(directory, 'ckpt-1.index')));
});
