/** How replicas agree to stop: each states its wishes in numbers, and the sum over all replicas decides. */
import { tensor1d, type Tensor1D } from '@tensorflow/tfjs-core';
import type { Strategy } from '../../strategy/index.ts';

/** What a replica asks for, or at least one of them all. */
export interface Control {
  /** A callback has set `stopTraining`. */
  readonly stop: boolean;
  /** A signal asks the process to end. */
  readonly interrupted: boolean;
  /** The signal that was given to `fit` is aborted. Default: false. */
  readonly aborted?: boolean;
}

/** The wishes of one replica, to be summed. The caller disposes the vector. */
export function controlVector({ stop, interrupted, aborted = false }: Control): Tensor1D {
  return tensor1d([stop, interrupted, aborted].map(Number));
}

/** What the sum of all vectors says. */
export function controlOf(sums: ArrayLike<number>): Control {
  const [stop = false, interrupted = false, aborted = false] = Array.from(sums, (sum) => sum > 0);
  return { stop, interrupted, aborted };
}

/** What all replicas together ask for: every one of them gets the same answer. */
export async function agree(strategy: Strategy, own: Control): Promise<Control> {
  if (strategy.numWorkers === 1) return own;
  const vector = controlVector(own);
  const sum = await strategy.reduce('sum', vector);
  vector.dispose();
  const all = controlOf(sum.dataSync());
  sum.dispose();
  return all;
}
