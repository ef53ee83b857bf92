/** The whole TF.js API behind one import: methods of tensors, disposed tensors, names, versions. */
import * as core from '@tensorflow/tfjs-core';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { chainedMethods, type Operations } from '../src/backend/frontend/chainedOps.ts';
import * as tf from '../src/index.ts';

const timeout = 60_000;
const require = createRequire(import.meta.url);
const coreFolder = dirname(require.resolve('@tensorflow/tfjs-core'));

/** Each operation gives its name and its arguments, without those left out at the end. */
const recorder = new Proxy<Operations>(
  {},
  {
    get: (_, name) => {
      if (name === 'util') return core.util;
      return (...args: unknown[]) => [name, args.slice(0, args.findLastIndex((arg) => arg !== undefined) + 1)];
    },
  },
);

type Methods = Record<string, (this: unknown, ...args: unknown[]) => unknown>;

/** Arguments of the methods that look at them. */
const special: Record<string, unknown[][]> = {
  concat: [[[[1], [2]], 1], [tf.tensor1d([1])]],
  stack: [[[[1], [2]], 1], [tf.tensor1d([1])]],
  oneHot: [[3, 5, 6]],
};

/** The methods of one of TF.js's own files, in terms of the recorder. */
function referenceMethods(file: string): Methods {
  const source = readFileSync(join(coreFolder, 'public/chained_ops', file), 'utf8');
  const operations = [...source.matchAll(/^import \{ (\w+) \} from '..\/..\/ops/gm)].map((match) => match[1] ?? '');
  const body = source.replaceAll(/^import .*$/gm, '').replaceAll(/^\/\/# source.*$/gm, '');
  const prototype: Methods = {};
  const tensorClass = Object.assign(() => undefined, { prototype });
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- TF.js's own source, with its imports replaced.
  const run = new Function('getGlobalTensorClass', 'Tensor', 'assert', ...operations, body) as (
    ...args: unknown[]
  ) => void;
  run(() => tensorClass, core.Tensor, core.util.assert, ...operations.map((name) => recorder[name]));
  return prototype;
}

test('tensors have all of the methods of TF.js, which pass their arguments on alike', { timeout }, () => {
  const ours = chainedMethods(recorder) as Methods;
  const files = readdirSync(join(coreFolder, 'public/chained_ops')).filter(
    (file) => file.endsWith('.js') && !/_test|register_all/.test(file),
  );
  assert.ok(files.length > 130);
  const names = new Set<string>();
  for (const file of files) {
    for (const [name, reference] of Object.entries(referenceMethods(file))) {
      names.add(name);
      const args = Array.from({ length: reference.length }, (_, index) => ({ argument: index, shape: [index] }));
      for (const given of special[name] ?? [args]) {
        const tensor = { size: 1, shape: [7], throwIfDisposed: () => undefined };
        assert.deepEqual(ours[name]?.apply(tensor, given), reference.apply(tensor, given), name);
      }
      assert.ok(name in tf.Tensor.prototype, name);
    }
  }
  assert.deepEqual(new Set(Object.keys(ours)), names);
});

test('the methods compute', { timeout }, () => {
  const x = tf.tensor1d([1, 2, 3, 4]);
  assert.deepEqual(x.add(1).reshape([2, 2]).sum(0).arraySync(), [6, 8]);
  assert.deepEqual(x.concat([x.neg()]).shape, [8]);
  assert.deepEqual(x.as2D(2, 2).transpose().arraySync(), [
    [1, 3],
    [2, 4],
  ]);
  assert.deepEqual(
    x
      .less(3)
      .where(tf.tensor1d([true, false, true, false], 'bool'), tf.zeros([4], 'bool'))
      .dataSync(),
    Uint8Array.of(1, 0, 0, 0),
  );
});

test('a disposed tensor says what to do', { timeout }, () => {
  const x = tf.scalar(1);
  x.dispose();
  assert.throws(() => x.add(1), { code: 'TFD_TENSOR_DISPOSED', name: 'UserError' });
  assert.throws(() => x.dataSync(), { code: 'TFD_TENSOR_DISPOSED' });
});

test('one import gives core, layers, converter and data, each name once', { timeout }, () => {
  const names = new Set(Object.keys(tf));
  for (const module of ['core', 'layers', 'converter']) {
    for (const name of Object.keys(require(`@tensorflow/tfjs-${module}`) as object)) {
      assert.ok(names.has(name), `${module}'s ${name}`);
    }
  }
  assert.equal(typeof tf.data.array, 'function');
  assert.equal(tf.version['tfjs-core'], tf.version_core);
  assert.match(tf.version['tfjs-distribute'], /^\d+\.\d+\.\d+/);
  const shared = require('@tensorflow/tfjs-core') as typeof tf;
  for (const name of ['randomUniform', 'randomNormal', 'truncatedNormal', 'dropout'] as const) {
    assert.equal(tf[name], shared[name], name);
    assert.notEqual(tf[name], core[name], name);
  }
});

test('the backend is there without being asked for', { timeout }, async () => {
  await tf.ready();
  assert.equal(tf.getBackend(), 'tensorflow');
  assert.equal(await tf.setBackend('tensorflow'), true);
  const before = tf.memory().numTensors;
  const kept = tf.tidy(() => tf.scalar(2).square().add(tf.scalar(1)));
  assert.equal(tf.memory().numTensors, before + 1);
  assert.deepEqual(Array.from(await kept.data()), [5]);
  kept.dispose();
});
