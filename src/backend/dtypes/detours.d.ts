/** Kernels that TensorFlow does not have in some dtypes on CPUs: they run in float32, and their results are cast back. */
import type { DTypeName } from '../../tensor/index.ts';
/** Whether the kernel runs in float32 instead of `dtype`. */
export declare function runsInFloat32(kernel: string, dtype: DTypeName): boolean;
