/** Kernels of TF.js against what Python's TensorFlow gives: eagerly, and inside a compiled function. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as core from '@tensorflow/tfjs-core';
import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import { backendName } from '../src/backend/index.ts';
import { compile } from '../src/graph/index.ts';
import {
  golden,
  inputsOf,
  kernelCases,
  runKernel,
  toNumber,
  type KernelCase,
  type KernelInputs,
} from './support/goldenKernels.ts';

/** Kernels that cannot be here, and why. */
const absent = new Map([
  ['Draw', 'it draws on a canvas of a browser'],
  ['FromPixels', 'it reads pictures of a browser; TF.js itself converts plain pixel data'],
  ['Pool', 'no function of TF.js uses the name'],
]);

/** Kernels that have no golden case, and where they are tested instead. */
const elsewhere = new Map([
  ['Identity', 'test/gradients.test.ts: gradients clone what they keep'],
  ['Multinomial', 'below: its result is random'],
]);
const isGradient = (name: string): boolean => /Grad$|Backprop/.test(name);

const kernelNames = Object.entries(core)
  .filter(([key, value]) => typeof value === 'string' && /^[A-Z_]/.test(key) && key !== 'OP_SCOPE_SUFFIX')
  .map(([, value]) => value as string);

test('every kernel that TF.js names is registered, or is absent for a reason', { timeout: 60_000 }, () => {
  assert.ok(kernelNames.length >= 178, `${kernelNames.length} names`);
  const registered = new Set(core.getKernelsForBackend(backendName).map(({ kernelName }) => kernelName));
  const missing = kernelNames.filter((name) => !registered.has(name));
  assert.deepEqual(missing.sort(), [...absent.keys()].sort());
});

test('every kernel has a golden case, or is tested elsewhere', { timeout: 60_000 }, () => {
  const tested = new Set(kernelCases.map(({ kernel }) => kernel));
  const untested = kernelNames.filter((name) => !tested.has(name) && !absent.has(name) && !elsewhere.has(name));
  assert.deepEqual(
    untested.filter((name) => !isGradient(name)),
    [],
  );
});

const byKernel = new Map<string, KernelCase[]>();
for (const entry of kernelCases) byKernel.set(entry.kernel, [...(byKernel.get(entry.kernel) ?? []), entry]);

for (const [kernel, entries] of byKernel) {
  test(kernel, { timeout: 120_000 }, async (t) => {
    for (const [index, entry] of entries.entries()) {
      await t.test(entry.note ?? `case ${index + 1}`, async () => {
        const { numDataIds } = core.memory() as unknown as { numDataIds: number };
        await check(entry);
        assert.equal(
          (core.memory() as unknown as { numDataIds: number }).numDataIds,
          numDataIds,
          'data ids left behind',
        );
      });
    }
  });
}

async function check(entry: KernelCase): Promise<void> {
  const { outputs, eager = false } = entry;
  const given = inputsOf(entry);
  const run = (from: KernelInputs): Tensor[] => runKernel(entry, from);
  const now = run(given);
  compare(now, outputs, 'eager');
  core.dispose(now);
  if (eager) {
    await assert.rejects(compile(run)(given), { code: 'TFD_TRACE_DYNAMIC_SHAPE' });
  } else {
    const compiled = compile(run);
    const later = await compiled(given);
    compare(later, outputs, 'compiled');
    core.dispose(later);
    compiled.dispose();
  }
  core.dispose(given);
}

function compare(actual: Tensor[], expected: number[], mode: string): void {
  assert.equal(actual.length, expected.length, `${mode}: number of outputs`);
  expected.forEach((number, index) => {
    const { dtype, shape, values } = golden(number);
    const result = actual[index] as Tensor;
    assert.equal(result.dtype, dtype, `${mode}: dtype`);
    assert.deepEqual(result.shape, shape, `${mode}: shape`);
    const received = Array.from(result.dataSync<'string'>() as ArrayLike<number | string>);
    assert.equal(received.length, values.length, `${mode}: number of values`);
    values.forEach((value, position) => {
      assert.ok(
        isClose(received[position], value, dtype),
        `${mode}: value ${position} is ${received[position]}, expected ${value}`,
      );
    });
  });
}

function isClose(actual: number | string | undefined, expected: number | string, dtype: DataType): boolean {
  if (dtype === 'string') return actual === expected;
  const wanted = toNumber(expected);
  if (dtype === 'int32' || dtype === 'bool' || !Number.isFinite(wanted)) return Object.is(actual, wanted);
  return Math.abs(Number(actual) - wanted) <= 1e-5 + 2e-5 * Math.abs(wanted);
}

test('Multinomial draws by the probabilities, and again the same with the same seed', { timeout: 60_000 }, () => {
  core.tidy(() => {
    const probabilities = core.tensor2d([0.1, 0.2, 0.7, 0, 0.5, 0.5], [2, 3]);
    const numSamples = 20_000;
    const draw = (logits: core.Tensor2D, seed: number, normalized: boolean): Tensor =>
      core.multinomial(logits, numSamples, seed, normalized);
    for (const [logits, normalized] of [
      [probabilities, true],
      [core.log(probabilities), false],
    ] as const) {
      const drawn = draw(logits, 42, normalized);
      assert.deepEqual(drawn.arraySync(), draw(logits, 42, normalized).arraySync());
      assert.notDeepEqual(drawn.arraySync(), draw(logits, 43, normalized).arraySync());
      const shares = core.mean(core.oneHot(drawn as core.Tensor2D, 3), 1).arraySync() as number[][];
      shares.flat().forEach((share, index) => {
        const expected = [0.1, 0.2, 0.7, 0, 0.5, 0.5][index] as number;
        assert.ok(Math.abs(share - expected) < 0.015, `share ${index} is ${share}, expected ${expected}`);
      });
    }
  });
});
