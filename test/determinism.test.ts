/** `tf.enableDeterminism`: the same bits in another process, and errors where that cannot be. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as tf from '../src/index.ts';
import { op, scoped } from '../src/backend/kernel.ts';
import { eagerExecutor } from '../src/tensor/index.ts';

const timeout = 60_000;
const script = fileURLToPath(new URL('support/deterministicTraining.ts', import.meta.url));

/** The digest of the weights that a fresh process trains with two threads. */
async function train(...seed: string[]): Promise<string> {
  const env = { ...process.env, TFJS_DISTRIBUTE_THREADS: '2' };
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, ...seed], { env });
  return stdout.trim();
}

test('one seed, two processes: the same weights, bit by bit; another seed, others', { timeout }, async () => {
  const first = await train('1');
  assert.match(first, /^[0-9a-f]{64}$/);
  assert.equal(await train('1'), first);
  assert.notEqual(await train('2'), first);
});

test('a program without a seed is told the line', { timeout }, async () => {
  await assert.rejects(train(), /TFD_RANDOM_UNSEEDED[^]*deterministicTraining\.ts:\d+/);
});

test('in this process: seeds are demanded, and TensorFlow knows', { timeout }, async () => {
  const legacyRandom = (dtype: 'float32' | 'float64'): void => {
    scoped(() => {
      const shape = eagerExecutor().constant(Int32Array.of(2), [1], 'int32');
      op('RandomUniform', [shape], { dtype: { type: dtype } });
      shape.dispose();
    });
  };
  legacyRandom('float32'); // TensorFlow seeds it by itself,
  const draw = tf.function(() => tf.randomNormal([2]));
  tf.randomNormal([2]);
  tf.enableDeterminism();
  // and refuses to from now on; what was made before stays as it is.
  assert.throws(() => {
    legacyRandom('float64');
  }, /random ops must have a seed/);

  for (const unseeded of [
    () => tf.randomNormal([2]),
    () => tf.dropout(tf.ones([2]), 0.5),
    () => {
      tf.util.shuffle([1, 2, 3]);
    },
    () => tf.layers.dense({ units: 2 }).apply(tf.ones([1, 2])),
  ]) {
    assert.throws(unseeded, { code: 'TFD_RANDOM_UNSEEDED' });
  }
  await assert.rejects(draw(), { code: 'TFD_RANDOM_UNSEEDED' });
  assert.deepEqual(
    tf.randomNormal([2], 0, 1, 'float32', 7).dataSync(),
    tf.randomNormal([2], 0, 1, 'float32', 7).dataSync(),
  );

  const drawn = (): unknown[] => {
    tf.setRandomSeed(1);
    const order = [1, 2, 3, 4, 5, 6, 7, 8];
    tf.util.shuffle(order);
    return [tf.randomNormal([2]).dataSync(), order];
  };
  assert.deepEqual(drawn(), drawn());
});
