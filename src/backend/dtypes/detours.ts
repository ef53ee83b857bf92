/** Kernels that TensorFlow does not have in some dtypes on CPUs: they run in float32, and their results are cast back. */
import type { DTypeName } from '../../tensor/index.ts';

const bits16 = ['float16', 'bfloat16'];
const all = [...bits16, 'float64'];

const detours: ReadonlyMap<string, readonly string[]> = new Map([
  ['AvgPool3D', all],
  ['AvgPool3DGrad', all],
  ['Bincount', bits16],
  // TF.js has complex64 only.
  ['Complex', all],
  ['DenseBincount', bits16],
  ['Diag', ['bfloat16']],
  ['LRN', all],
  ['LRNGrad', all],
  ['MaxPool3D', all],
  ['MaxPool3DGrad', all],
  ['NonMaxSuppressionV3', all],
  ['NonMaxSuppressionV4', all],
  ['NonMaxSuppressionV5', all],
]);

/** Whether the kernel runs in float32 instead of `dtype`. */
export function runsInFloat32(kernel: string, dtype: DTypeName): boolean {
  return detours.get(kernel)?.includes(dtype) === true;
}
