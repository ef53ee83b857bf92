/**
 * A stream of random numbers whose position is a TensorFlow variable, so that code which runs now and compiled code
 * draw from it alike. As `tf.random.Generator`, with the Philox generator (Salmon et al., "Parallel Random Numbers: As
 * Easy as 1, 2, 3", 2011).
 */
import { eagerExecutor, ResourceVariable, withExecutor, type EagerTensor, type Value } from '../../../tensor/index.ts';
import { constant, ints, op, scalar } from '../../kernel.ts';

/** Where TensorFlow's stateless random operations start. */
export interface Position {
  readonly key: Value;
  readonly counter: Value;
}

/** TensorFlow's number for Philox. */
const philox = 1;

/** The argument `alg` of TensorFlow's random operations. */
export function algorithm(): Value {
  return scalar(philox, 'int32');
}

export class RandomGenerator {
  /** Two words of counter, one of key. */
  readonly #state: ResourceVariable;

  /** @param key - Tells one stream from all others. Signed, 64 bits. */
  constructor(key: bigint) {
    const initial = start(key);
    this.#state = new ResourceVariable(initial);
    initial.dispose();
  }

  /** Goes to the start of the stream `key`. */
  reset(key: bigint): void {
    const initial = start(key);
    withExecutor(eagerExecutor(), () => {
      this.#state.assign(initial);
    });
    initial.dispose();
  }

  /** Takes enough of the stream for `numValues` values of any distribution. Call it inside `scoped`. */
  take(numValues: number): Position {
    const skip = constant([Math.max(1, numValues)], [], 'uint64');
    const state = op('RngReadAndSkip', [this.#state.resource, algorithm(), skip]);
    const words = op('Bitcast', [state], { type: { type: 'uint64' } });
    return {
      counter: op('Slice', [words, ints([0]), ints([2])]),
      key: op('Slice', [words, ints([2]), ints([1])]),
    };
  }

  dispose(): void {
    this.#state.dispose();
  }
}

function start(key: bigint): EagerTensor {
  return eagerExecutor().constant(BigInt64Array.of(0n, 0n, key), [3], 'int64');
}
