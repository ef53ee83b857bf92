/** Runs a compiled step on some samples, and reads the numbers that it gives. */
import { tensor1d, type Tensor1D } from '@tensorflow/tfjs-core';

/** @param rows - Positions of the samples in the data. */
export async function runOnRows(
  rows: Int32Array,
  step: (rows: Tensor1D) => Promise<Tensor1D>,
): Promise<Float32Array | Int32Array | Uint8Array> {
  const positions = tensor1d(rows, 'int32');
  try {
    const result = await step(positions);
    const values = result.dataSync();
    result.dispose();
    return values;
  } finally {
    positions.dispose();
  }
}
