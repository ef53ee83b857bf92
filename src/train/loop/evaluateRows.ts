/** Loss and metrics over many samples, each replica computing its share. */
import { tensor1d } from '@tensorflow/tfjs-core';
import { shareOf, type Strategy } from '../../strategy/index.ts';
import type { Batch } from '../models/internals.ts';
import { abortReason } from './abortion.ts';
import type { CompiledSteps } from './compiledSteps.ts';
import { runOnRows } from './runOnRows.ts';

/**
 * The mean loss and metrics over the samples at `rows`: the same numbers on every replica.
 *
 * @param batchSize - Samples at a time, over all replicas.
 * @param signal - Ends it on all replicas after the batch in flight.
 * @throws The signal's reason.
 */
export async function evaluateRows(
  { model, strategy, test }: CompiledSteps,
  data: Batch,
  rows: Int32Array,
  batchSize: number,
  signal?: AbortSignal,
): Promise<number[]> {
  const { start, end } = shareOf(rows.length, strategy.numWorkers, strategy.rank);
  const ownBatchSize = Math.ceil(batchSize / strategy.numWorkers);
  const sums = new Array<number>(model.getDedupedMetricsNames().length).fill(0);
  for (let first = start; first < end && signal?.aborted !== true; first += ownBatchSize) {
    const own = rows.subarray(first, Math.min(end, first + ownBatchSize));
    const values = await runOnRows(own, (positions) => test(positions, data));
    sums.forEach((sum, index) => {
      sums[index] = sum + (values[index] ?? Number.NaN) * own.length;
    });
  }
  // All replicas take part in the sum, also those that have stopped: none waits for another.
  const [numAborted = 0, ...totals] = await sumOfAll(strategy, [signal?.aborted === true ? 1 : 0, ...sums]);
  if (numAborted > 0) throw abortReason(signal);
  return totals.map((sum) => sum / rows.length);
}

async function sumOfAll(strategy: Strategy, own: number[]): Promise<number[]> {
  if (strategy.numWorkers === 1) return own;
  const vector = tensor1d(own);
  const sum = await strategy.reduce('sum', vector);
  vector.dispose();
  const result = Array.from(sum.dataSync());
  sum.dispose();
  return result;
}
