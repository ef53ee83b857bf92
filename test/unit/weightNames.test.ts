/** Names of weights in checkpoints. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weightNames } from '../../src/train/weightNames.ts';

const timeout = 5_000;

test('layers that TF.js named are counted within the model, and chosen names stay', { timeout }, () => {
  assert.deepEqual(
    weightNames([
      'conv2d_Conv2D12/kernel',
      'conv2d_Conv2D12/bias',
      'batch_normalization_BatchNormalization3/gamma',
      'conv2d_Conv2D13/kernel',
      'head_Dense/kernel',
      'fc1/kernel',
      'time_distributed_TimeDistributed4/dense_Dense40/kernel',
      'fc1/kernel',
    ]),
    [
      'conv2d_1/kernel',
      'conv2d_1/bias',
      'batch_normalization_1/gamma',
      'conv2d_2/kernel',
      'head_Dense/kernel',
      'fc1/kernel',
      'time_distributed_1/dense_1/kernel',
      'fc1/kernel_2',
    ],
  );
});
