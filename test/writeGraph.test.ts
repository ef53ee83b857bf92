/** `fn.writeGraph`: the graph of a compiled function in the form that TensorBoard reads. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as tf from '../src/index.ts';
import { decode, EventSchema, GraphDefSchema, type Event, type GraphDef } from '../src/native/protos/index.ts';

const timeout = 30_000;
const root = mkdtempSync(join(tmpdir(), 'graph-'));
after(() => {
  rmSync(root, { recursive: true, force: true });
});

/** The events of a file: a TFRecord holds the length of each (8 bytes), a checksum (4), the event, a checksum (4). */
function readEvents(file: string): Event[] {
  const bytes = readFileSync(file);
  const events: Event[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    events.push(decode(EventSchema, bytes.subarray(at + 12, at + 12 + length)));
    at += 12 + length + 4;
  }
  return events;
}

function readGraph(folder: string): GraphDef {
  const [file, ...others] = readdirSync(folder);
  assert.deepEqual(others, []);
  assert.match(file ?? '', /^events\.out\.tfevents\./, 'TensorBoard looks for this name');
  const [version, event, ...more] = readEvents(join(folder, file ?? ''));
  assert.deepEqual(version?.what, { case: 'fileVersion', value: 'brain.Event:2' });
  assert.deepEqual(more, []);
  assert(event?.what.case === 'graphDef');
  return decode(GraphDefSchema, event.what.value);
}

test('operations lie in the boxes of their lines, and are connected as they were traced', { timeout }, async () => {
  const weights = tf.variable<tf.Rank.R2>(tf.ones([4, 4]));
  const fn = tf.function((x: tf.Tensor2D) => {
    const product = x.matMul(weights);
    return tf.split(product, 2).map((half) => half.relu());
  });
  const folder = join(root, 'lines', 'inside');
  const x = tf.ones<tf.Rank.R2>([2, 4]);
  await fn.writeGraph(folder, x);
  assert.equal(fn.numTraces, 1);
  const { node, versions } = readGraph(folder);
  assert((versions?.producer ?? 0) > 1000);

  const only = (op: string): (typeof node)[number] => {
    const found = node.filter((one) => one.op === op);
    assert.equal(found.length, 1, op);
    return found[0] as (typeof node)[number];
  };
  const product = only('MatMul');
  const [, row] = /^writeGraph\.test\.ts-(\d+)\/MatMul_\d+$/.exec(product.name) ?? [];
  const line = product.attr['_line']?.value;
  assert.match(
    line?.case === 's' ? Buffer.from(line.value).toString() : '',
    new RegExp(`writeGraph\\.test\\.ts:${row}:\\d+$`),
  );
  assert.match(only('SplitV').name, new RegExp(`^writeGraph\\.test\\.ts-${Number(row) + 1}/`));
  const relus = node.filter(({ op }) => op === 'Relu');
  assert.deepEqual(
    relus.map(({ input }) => input),
    [[only('SplitV').name], [`${only('SplitV').name}:1`]],
  );

  const names = new Set(node.map(({ name }) => name));
  assert.equal(names.size, node.length);
  for (const { input } of node) for (const one of input) assert(names.has(one.replace(/^\^|:\d+$/g, '')), one);
  assert.equal(node.filter(({ op }) => op === 'Placeholder').length, 2, 'the argument and the variable');

  const [half] = await fn(x);
  assert.deepEqual(half?.shape, [1, 4]);
  assert.equal(fn.numTraces, 1, 'the call takes the same trace');
});

test('branches are in the library', { timeout }, async () => {
  const fn = tf.function((x: tf.Tensor1D) =>
    tf.cond(
      x.sum().greater(0),
      () => x.square(),
      () => x.neg(),
    ),
  );
  const folder = join(root, 'branches');
  await fn.writeGraph(folder, tf.ones([3]));
  const { node, library } = readGraph(folder);
  const condition = node.find(({ op }) => op === 'StatelessIf' || op === 'If');
  const branch = condition?.attr['then_branch']?.value;
  assert(branch?.case === 'func');
  const called = library?.function.find(({ signature }) => signature?.name === branch.value.name);
  assert(called?.nodeDef.some(({ op }) => op === 'Square'));
  assert(!node.some(({ op }) => op === 'Square'));
});

test('a folder that cannot be written is named', { timeout }, async () => {
  const file = join(root, 'file');
  writeFileSync(file, '');
  const fn = tf.function((x: tf.Tensor) => x.square());
  await assert.rejects(fn.writeGraph(file, tf.ones([1])), { code: 'TFD_GRAPH_WRITE' });
});
