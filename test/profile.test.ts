/** `tf.profile`: files that Chrome and TensorBoard open, with the threads, times and lines of operations. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { z } from 'zod';
import * as tf from '../src/index.ts';
import { decode, XSpaceSchema } from '../src/native/protos/index.ts';
import { runWorkers } from './workers/runWorkers.ts';

const timeout = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'profile-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The parts of the Trace Event Format that a viewer needs; times are microseconds, ids whole numbers. */
const place = { pid: z.int().positive(), tid: z.int().nonnegative() };
const complete = z.strictObject({
  ph: z.literal('X'),
  ...place,
  name: z.string().min(1),
  cat: z.enum(['operation', 'function', 'runtime']),
  ts: z.number().nonnegative(),
  dur: z.number().nonnegative(),
  args: z.strictObject({ node: z.string().optional(), line: z.string().optional(), inputs: z.string().optional() }),
});
const metadata = z.strictObject({
  ph: z.literal('M'),
  ...place,
  name: z.enum(['process_name', 'thread_name', 'thread_sort_index']),
  args: z.union([z.strictObject({ name: z.string().min(1) }), z.strictObject({ sort_index: z.int() })]),
});
const traceFile = z.strictObject({ traceEvents: z.array(z.discriminatedUnion('ph', [complete, metadata])) });

const weights = tf.variable(tf.randomNormal([64, 64], 0, 0.1));
const optimizer = tf.train.sgd(0.01);
const step = tf.function(function trainStep(x: tf.Tensor2D) {
  const loss = (): tf.Scalar =>
    tf
      .matMul(x, weights as tf.Tensor2D)
      .square()
      .mean();
  return optimizer.minimize(loss, true) as tf.Scalar;
});
const input = tf.ones<tf.Rank.R2>([32, 64]);
const numSteps = 5;

async function profileSteps(): Promise<tf.Profile<number>> {
  (await step(input)).dispose();
  return tf.profile(folder, async () => {
    for (let i = 0; i < numSteps; i++) (await step(input)).dispose();
    tf.add(input, input).dispose();
    return 42;
  });
}

test('a trace for Chrome: operations with threads, times and lines, steps around them', { timeout }, async () => {
  const profile = await profileSteps();
  assert.equal(profile.result, 42);
  const { traceEvents } = traceFile.parse(JSON.parse(readFileSync(profile.traceFile, 'utf8')));
  const spans = traceEvents.filter((event) => event.ph === 'X');

  const threads = new Set(
    traceEvents.filter(({ name }) => name === 'thread_name').map(({ pid, tid }) => `${pid} ${tid}`),
  );
  for (const { pid, tid } of spans) assert(threads.has(`${pid} ${tid}`), 'a span on a thread without a name');

  const steps = spans.filter(({ cat }) => cat === 'function').sort((a, b) => a.ts - b.ts);
  assert.equal(steps.length, numSteps);
  for (const [index, { name, ts, dur }] of steps.entries()) {
    assert.match(name, /^trainStep/);
    const next = steps[index + 1];
    assert(next === undefined || ts + dur <= next.ts, 'calls of functions do not overlap');
  }

  const products = spans.filter(({ args }) => args.node?.startsWith('MatMul') ?? false);
  assert.equal(products.length, 2 * numSteps, 'one forwards, one for the gradient');
  for (const { name, cat, ts, dur, args } of products) {
    assert.equal(cat, 'operation');
    assert.match(name, /MatMul \(profile\.test\.ts:\d+\)$/);
    assert.match(args.inputs ?? '', /^\(float\[\d+,\d+\];float\[\d+,\d+\]\)$/);
    assert.match(args.line ?? '', /profile\.test\.ts:\d+:\d+$/);
    const inside = steps.filter((one) => one.ts <= ts && ts + dur <= one.ts + one.dur);
    assert.equal(inside.length, 1, 'it lies within one step');
  }
  assert(
    spans.some(({ name, cat }) => cat === 'operation' && name === 'AddV2'),
    'the operation outside of functions',
  );
  const total = Math.max(...spans.map(({ ts, dur }) => ts + dur)) / 1000;
  assert(total > 0 && total < profile.durationMs + 1000, `${total} ms of ${profile.durationMs}`);
});

test("TensorFlow's own record for TensorBoard lies where its plugin looks", { timeout }, async () => {
  const { xplaneFile } = await profileSteps();
  assert.match(xplaneFile.slice(folder.length), /^\/plugins\/profile\/[\w.]+\/[^/]+\.xplane\.pb$/);
  const { planes } = decode(XSpaceSchema, readFileSync(xplaneFile));
  const host = planes.find(({ name }) => name === '/host:CPU');
  assert(host !== undefined);
  const names = Object.values(host.eventMetadata).map(({ displayName }) => displayName);
  assert(names.some((name) => name.includes('MatMul')));
});

test('a table of operations, and one of lines', { timeout }, async () => {
  const profile = await profileSteps();
  const shares = profile.operations.reduce((sum, { share }) => sum + share, 0);
  assert(Math.abs(shares - 1) < 1e-9);
  const products = profile.operations.find(({ name }) => name.includes('MatMul'));
  assert.equal(products?.numCalls, 2 * numSteps);
  assert(products.totalMs > 0);
  const byOperation = profile.summary({ numRows: 2 }).split('\n');
  assert.match(byOperation[0] ?? '', /^operation +calls +total ms +mean µs +share$/);
  assert.equal(byOperation.length, 4);
  assert.match(byOperation[3] ?? '', /^and \d+ more$/);
  assert.match(profile.summary({ by: 'line' }), /profile\.test\.ts:\d+:\d+ +\d+ /);
});

test("operations outside of functions, TensorFlow's own for oneDNN among them", { timeout }, async () => {
  const { operations } = await tf.profile(folder, () => {
    tf.matMul(input, weights).dispose();
  });
  assert.deepEqual(
    operations.map(({ name, numCalls }) => [name.replace('_Mkl', ''), numCalls]),
    [
      ['MatMul', 1],
      ['ReadVariableOp', 1],
    ],
  );
});

test('workers write a file each into one run, with their all-reduces in it', { timeout }, async (t) => {
  const { code, results, stderr } = await runWorkers(t, './profiled.ts', { numWorkers: 2, args: [folder] });
  assert.equal(code, 0, stderr);
  const files = results.map((result) => result['traceFile'] as string);
  assert.equal(new Set(files).size, 2);
  assert.equal(new Set(files.map(dirname)).size, 1);
  for (const [rank, file] of files.entries()) {
    const { traceEvents } = traceFile.parse(JSON.parse(readFileSync(file, 'utf8')));
    const owners = traceEvents.flatMap(({ name, args }) =>
      name === 'process_name' && 'name' in args ? args.name : [],
    );
    assert.deepEqual(owners, [`rank ${rank} /host:CPU`]);
    const exchanges = traceEvents.filter(({ name }) => name.startsWith('TfdAllReduce'));
    assert.equal(exchanges.length, 3, 'one a step');
  }
});

test('after it, nothing is noted; after an error too', { timeout }, async () => {
  await assert.rejects(
    tf.profile(folder, () => {
      throw new RangeError('on purpose');
    }),
    RangeError,
  );
  for (let i = 0; i < 10; i++) (await step(input)).dispose();
  const { operations } = await tf.profile(folder, () => undefined);
  assert.deepEqual(operations, []);
});

test('two at a time are refused', { timeout }, async () => {
  const first = tf.profile(folder, () => step(input));
  await assert.rejects(
    tf.profile(folder, () => undefined),
    { code: 'TFD_PROFILE_ACTIVE' },
  );
  (await first).result.dispose();
});

test('a folder that cannot be written is named', { timeout }, async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  await assert.rejects(
    tf.profile(file, () => undefined),
    { code: 'TFD_PROFILE_WRITE' },
  );
});

test("with a function alone, it is TF.js's own", { timeout }, async () => {
  const info = await tf.profile(() => tf.add(input, input));
  assert.deepEqual(info.kernelNames, ['Add']);
  assert.equal(info.newBytes, input.size * 4);
});
