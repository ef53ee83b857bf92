/** The golden cases of TF.js's kernels, made with Python's TensorFlow by `tools/golden`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  complex,
  engine,
  reshape,
  tensor,
  tidy,
  unstack,
  type DataType,
  type NamedAttrMap,
  type NamedTensorMap,
  type Tensor,
} from '@tensorflow/tfjs-core';

export interface Golden {
  dtype: DataType;
  shape: number[];
  values: (number | string)[];
}

/** Inputs and outputs are places in the list of tensors. */
export interface KernelCase {
  kernel: string;
  note?: string;
  /** True where the shape of the result depends on the values: then the kernel cannot be compiled. */
  eager?: boolean;
  inputs: number[] | Record<string, number | number[]>;
  attrs: NamedAttrMap;
  outputs: number[];
}

export type KernelInputs = Record<string, Tensor | Tensor[]>;

const file = new URL('../golden/kernels.json', import.meta.url);
const { tensors, cases } = JSON.parse(readFileSync(file, 'utf8')) as { tensors: Golden[]; cases: KernelCase[] };

export const kernelCases: readonly KernelCase[] = cases;

export function golden(number: number): Golden {
  const found = tensors[number];
  assert.ok(found !== undefined);
  return found;
}

export function goldenTensor(number: number): Tensor {
  const { dtype, shape, values } = golden(number);
  if (dtype === 'complex64') {
    return tidy(() => {
      const pairs = reshape(tensor(values.map(toNumber)), [...shape, 2]);
      const [real, imaginary] = unstack(pairs, -1) as [Tensor, Tensor];
      return complex(real, imaginary);
    });
  }
  return tensor(dtype === 'string' ? (values as string[]) : values.map(toNumber), shape, dtype);
}

/** JSON has no infinity. */
export function toNumber(value: number | string): number {
  return typeof value === 'number' ? value : Number(value.replace('inf', 'Infinity'));
}

/** The tensors of a case, by the names or places of the inputs. */
export function inputsOf({ inputs }: KernelCase, make: (number: number) => Tensor = goldenTensor): KernelInputs {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]: [string, number | number[]]) => [
      name,
      Array.isArray(value) ? value.map(make) : make(value),
    ]),
  );
}

export function runKernel({ kernel, inputs, attrs }: KernelCase, given: KernelInputs): Tensor[] {
  const named = Array.isArray(inputs) ? Object.values(given) : given;
  const result = engine().runKernel(kernel, named as NamedTensorMap, attrs);
  return Array.isArray(result) ? result : [result];
}
