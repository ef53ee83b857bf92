/** Predictions for many samples, in batches. */
import { concat, dispose, tensor1d, type Tensor } from '@tensorflow/tfjs-core';
import type { CompiledSteps } from './compiledSteps.ts';

/** One tensor for each output of the model, with a row a sample. */
export async function predictRows(
  { predict }: CompiledSteps,
  inputs: readonly Tensor[],
  batchSize: number,
  signal?: AbortSignal,
): Promise<Tensor[]> {
  const step = signal === undefined ? predict : predict.withSignal(signal);
  const numSamples = inputs[0]?.shape[0] ?? 0;
  const batches: Tensor[][] = [];
  try {
    for (let start = 0; start < numSamples; start += batchSize) {
      const length = Math.min(batchSize, numSamples - start);
      const rows = tensor1d(
        Int32Array.from({ length }, (_, index) => start + index),
        'int32',
      );
      batches.push(await step(rows, inputs).finally(() => rows.dispose()));
    }
    return (batches[0] ?? []).map((_, output) => concat(batches.map((batch) => batch[output] as Tensor)));
  } finally {
    dispose(batches);
  }
}
