/**
 * TF.js's kernels on dtypes that TF.js lacks, for each golden case with numbers that have fractions. In float64 they give
 * the golden values; in 16 bits what float64 gives of the same rounded inputs, rounded.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as core from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import '../src/backend/index.ts';
import { cast } from '../src/backend/frontend/index.ts';
import { compile } from '../src/graph/index.ts';
import {
  golden,
  goldenTensor,
  inputsOf,
  kernelCases,
  runKernel,
  type KernelCase,
  type KernelInputs,
} from './support/goldenKernels.ts';

type Dtype = 'float16' | 'bfloat16' | 'float64';
/** Twice the distance from 1 to the next number. */
const precision: Record<Dtype, number> = { float16: 2 ** -9, bfloat16: 2 ** -6, float64: 2 ** -51 };

for (const dtype of ['float64', 'float16', 'bfloat16'] as const) {
  for (const [index, entry] of kernelCases.entries()) {
    const numbers = Object.values<number | number[]>(entry.inputs).flat();
    const dtypes = [...numbers, ...entry.outputs].map((number) => golden(number).dtype);
    // TF.js has complex64 only.
    if (!dtypes.includes('float32') || dtypes.includes('complex64')) continue;
    test(`${dtype}: ${entry.kernel}, case ${index}`, { timeout: 60_000 }, async () => {
      await check(entry, dtype);
    });
  }
}

async function check(entry: KernelCase, dtype: Dtype): Promise<void> {
  const { outputs, eager = false } = entry;
  const given = core.tidy(() => narrowedInputs(entry, dtype));
  const expected = dtype === 'float64' ? outputs.map(goldenTensor) : core.tidy(() => runKernel(entry, widened(given)));
  const now = runKernel(entry, given);
  const compiled = compile((inputs: KernelInputs) => runKernel(entry, inputs));
  const later = eager ? [] : await compiled(given);
  for (const [mode, results] of Object.entries({ eager: now, ...(eager ? {} : { compiled: later }) })) {
    results.forEach((actual, index) => {
      compare(actual, expected[index] as Tensor, dtype, mode);
    });
  }
  compiled.dispose();
  core.dispose([now, later, expected]);
  core.dispose(given);
}

function narrowedInputs(entry: KernelCase, dtype: Dtype): KernelInputs {
  return inputsOf(entry, (number) => {
    const tensor = goldenTensor(number);
    return tensor.dtype === 'float32' ? cast(tensor, dtype) : tensor;
  });
}

function widened(inputs: KernelInputs): KernelInputs {
  const widen = (tensor: Tensor): Tensor => (tensor.dtype in precision ? cast(tensor, 'float64') : tensor);
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, Array.isArray(value) ? value.map(widen) : widen(value)]),
  );
}

function compare(actual: Tensor, expected: Tensor, dtype: Dtype, mode: string): void {
  assert.deepEqual(actual.shape, expected.shape, `${mode}: shape`);
  if (actual.dtype !== expected.dtype) {
    assert.ok([dtype, 'float32'].includes(actual.dtype), `${mode}: dtype ${actual.dtype}, not ${expected.dtype}`);
  }
  const wanted = expected.dataSync();
  const limit = dtype === 'float64' ? 2e-5 : 4 * precision[dtype];
  const largest = Math.max(
    1,
    ...Array.from(wanted as unknown as number[], (value) => (Number.isFinite(value) ? Math.abs(value) : 0)),
  );
  actual.dataSync().forEach((value, position) => {
    const target = wanted[position] as number;
    const isClose = Number.isFinite(target) ? Math.abs(value - target) <= limit * largest : Object.is(value, target);
    assert.ok(isClose, `${mode}: value ${position} is ${value}, expected ${target}`);
  });
}
