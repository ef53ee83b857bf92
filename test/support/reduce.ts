/** Test support: what the scenarios of the native collectives share. */
import type { CommunicatorId } from '../../src/native/bindings/collectives.ts';
import type { EagerTensorHandle } from '../../src/native/index.ts';
import { dtypes, newTensor } from './rawTensorFlow.ts';

/** The number of a communicator, as a graph takes it. */
export function scalar(ring: CommunicatorId): EagerTensorHandle {
  return newTensor(dtypes.int64, [], BigInt64Array.of(BigInt(ring)));
}

export function failureOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no failure',
    (error: unknown) => (error as Error).message,
  );
}
