/** The values that all updates of one step of an optimizer share. */
import { op } from '../../backend/index.ts';
import { scalar } from '../../backend/kernel.ts';
import type { Value } from '../../tensor/index.ts';
import type { Counters } from './counters.ts';

export class Step {
  /** Size of this step, a scalar of float32. */
  readonly learningRate: Value;
  readonly #iterations: () => Value;
  readonly #powers = new Map<number, Value>();
  #number: Value | undefined;

  constructor({ learningRate, iterations }: Counters) {
    this.learningRate = op('ReadVariableOp', [learningRate.resource], { dtype: { type: 'float32' } });
    this.#iterations = () => op('ReadVariableOp', [iterations.resource], { dtype: { type: 'int64' } });
  }

  /** The number of this step, from 1, as a scalar of float32. */
  get number(): Value {
    return (this.#number ??= op('Cast', [op('AddV2', [this.#iterations(), scalar(1, 'int64')])], {
      DstT: { type: 'float32' },
    }));
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
