/** A failure inside a compiled function leads to the line of the operation, also where TensorFlow gave it a new name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EnvironmentError, PeerError, UserError, type DistributeError } from '../../src/base/errors.ts';
import { OperationLog } from '../../src/tensor/operationLog.ts';

const log = new OperationLog();
const add = (name: string): void => {
  log.add({ name, op: name.replace(/_\d+$/, ''), inputs: [], outputs: [], device: undefined });
};
add('MatMul_2');
add('Relu_12');
add('While_3');

function locate(
  message: string,
  Kind: new (parts: ConstructorParameters<typeof UserError>[0]) => DistributeError,
): unknown {
  return log.locate(new Kind({ code: 'TFD_OP_ABORTED', rule: message, remedy: 'Look.', cause: message }));
}

test('the operation that the message names', { timeout: 1000 }, () => {
  const names: [node: string, op: string][] = [
    ['Relu_12', 'Relu'],
    ['train_step_4/Relu_12', 'Relu'],
    ['While_3/while_body_1/_17/MatMul_2', 'MatMul'],
    ['While_3/LoopCond', 'While'],
    ['ArithmeticOptimizer/ReplaceMul_Relu_12', 'Relu'],
  ];
  for (const [node, op] of names) {
    const error = locate(`bad\n\t [[{{node ${node}}}]]`, UserError) as DistributeError;
    assert.ok(error instanceof UserError);
    assert.match(
      error.received ?? '',
      new RegExp(`^the operation ${op} that .*operationLog\\.test\\.ts:\\d+:\\d+ made$`),
    );
    assert.deepEqual([error.code, error.remedy, error.cause], ['TFD_OP_ABORTED', 'Look.', error.rule]);
  }
  assert.ok(locate('{{node Relu_12}}', PeerError) instanceof PeerError, 'the kind of the error stays');
});

test('what is not known stays as it is', { timeout: 1000 }, () => {
  for (const node of ['Relu_1', 'Relu_123', 'placeholder', '12', 'ConstantFolding/x']) {
    const error = locate(`{{node ${node}}}`, EnvironmentError) as DistributeError;
    assert.equal(error.received, undefined, node);
  }
  const other = new Error('{{node Relu_12}}');
  assert.equal(log.locate(other), other);
});
