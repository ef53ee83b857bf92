/** The values that all updates of one step of an optimizer share. */
import type { Scalar } from '@tensorflow/tfjs-core';
import { op, toTensor, toValue } from '../../backend/index.ts';
import { scalar } from '../../backend/kernel.ts';
import type { Value } from '../../tensor/index.ts';
import type { Counters } from './counters.ts';

export class Step {
  /** Size of this step, a scalar of float32. */
  readonly learningRate: Value;
  /** Number of calls of the optimizer that make up a step. */
  readonly numCalls: number;
  readonly #iterations: () => Value;
  readonly #powers = new Map<number, Value>();
  #isComplete: Value | undefined;
  #numTaken: Value | undefined;
  #number: Value | undefined;

  constructor({ learningRate, iterations, schedule }: Counters, numCalls: number) {
    this.#iterations = () => {
      const count = op('ReadVariableOp', [iterations.resource], { dtype: { type: 'int64' } });
      return op('EnsureShape', [count], { shape: { shape: [] } });
    };
    this.numCalls = numCalls;
    this.learningRate =
      schedule === undefined
        ? op('ReadVariableOp', [learningRate.resource], { dtype: { type: 'float32' } })
        : toValue(schedule.call(toTensor(cast(this.#iterations(), 'int32')) as Scalar));
  }

  /** Whether this call completes a step: a scalar of bool. */
  get isComplete(): Value {
    return (this.#isComplete ??= isMultiple(increment(this.#iterations()), this.numCalls));
  }

  /** Number of whole steps before this one: a scalar of int64. */
  get numTaken(): Value {
    return (this.#numTaken ??=
      this.numCalls === 1 ? this.#iterations() : op('FloorDiv', [this.#iterations(), scalar(this.numCalls, 'int64')]));
  }

  /** The number of this step, from 1, as a scalar of float32. */
  get number(): Value {
    return (this.#number ??= cast(increment(this.numTaken), 'float32'));
  }

  /** Whether `period` divides the number of this step: a scalar of bool. */
  isEach(period: number): Value {
    return isMultiple(increment(this.numTaken), period);
  }

  /** `base` to the power of the number of this step. */
  power(base: number): Value {
    let power = this.#powers.get(base);
    if (power === undefined) {
      power = op('Pow', [scalar(base), this.number]);
      this.#powers.set(base, power);
    }
    return power;
  }
}

function increment(count: Value): Value {
  return op('AddV2', [count, scalar(1, 'int64')]);
}

function isMultiple(count: Value, of: number): Value {
  return op('Equal', [op('FloorMod', [count, scalar(of, 'int64')]), scalar(0, 'int64')]);
}

function cast(value: Value, type: 'float32' | 'int32'): Value {
  return op('Cast', [value], { DstT: { type } });
}
