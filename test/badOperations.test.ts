/** Operations that TensorFlow refuses: a code, TensorFlow's message, the line of the program, and nothing is lost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '../src/index.ts';
import { eagerExecutor, EagerTensor, numLiveTensors, TracingGraph, type Executor } from '../src/tensor/index.ts';

const timeout = 60_000;

/** A tensor of the given number of float32 elements. */
function vector(size: number): EagerTensor {
  return eagerExecutor().constant(new Float32Array(size), [size], 'float32');
}

const cases = [
  {
    what: 'an unknown operation',
    code: 'TFD_OP_NOT_FOUND',
    message: /NoSuchOperation/,
    run: (executor: Executor) => executor.execute('NoSuchOperation', [], {}),
  },
  {
    what: 'shapes that do not fit',
    code: 'TFD_OP_INVALID_ARGUMENT',
    message: /[Ii]ncompatible shapes|Dimensions must be equal/,
    run: (executor: Executor, x: EagerTensor) => {
      const y = executor.constant(new Float32Array(3), [3], 'float32');
      try {
        return executor.execute('AddV2', [x, y], {});
      } finally {
        if (y instanceof EagerTensor) y.dispose();
      }
    },
  },
  {
    what: 'a dtype that the operation does not take',
    code: 'TFD_OP_INVALID_ARGUMENT',
    message: /bool|logical|float/i,
    run: (executor: Executor, x: EagerTensor) => executor.execute('LogicalNot', [x], {}),
  },
] as const;

for (const { what, code, message, run } of cases) {
  for (const kind of ['eager', 'traced'] as const) {
    test(`${what}, ${kind}`, { timeout }, () => {
      const x = vector(2);
      const before = numLiveTensors();
      const graph = kind === 'traced' ? new TracingGraph() : undefined;
      assert.throws(
        () => run(graph ?? eagerExecutor(), x),
        (error: unknown) => {
          assert.ok(error instanceof tf.UserError, String(error));
          assert.equal(error.code, code);
          assert.match(error.rule, message);
          assert.match(error.received ?? '', /badOperations\.test\.ts:\d+/);
          assert.ok(error.remedy);
          return true;
        },
      );
      graph?.discard();
      assert.equal(numLiveTensors(), before);
      x.dispose();
    });
  }
}

test('after such an error everything goes on', { timeout }, async () => {
  const x = tf.tensor2d([
    [1, 2],
    [3, 4],
  ]);
  assert.throws(() => tf.gatherND(x, tf.tensor2d([[5, 5]], [1, 2], 'int32')), { code: 'TFD_OP_INVALID_ARGUMENT' });
  const late = tf.function((values: tf.Tensor, at: tf.Tensor) => tf.gatherND(values, at));
  await assert.rejects(late(x, tf.tensor2d([[5, 5]], [1, 2], 'int32')), { code: 'TFD_OP_INVALID_ARGUMENT' });
  assert.deepEqual(Array.from((await late(x, tf.tensor2d([[1, 0]], [1, 2], 'int32'))).dataSync()), [3]);
});

test('what one operation did wrong is not said of the next call', { timeout }, () => {
  assert.throws(() => eagerExecutor().execute('NoSuchOperation', [], {}), { code: 'TFD_OP_NOT_FOUND' });
  assert.equal(tf.listDevices()[0]?.type, 'CPU');
});
