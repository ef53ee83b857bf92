/** The scale of a loss, which adapts to how large the gradients are. Owns two variables, made on first use. */
import { keep, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { op, ops, withDtype } from '../../backend/index.ts';
import { scalar } from '../../backend/kernel.ts';
import type { ResourceVariable, Value } from '../../tensor/index.ts';
import { assignScalar, makeScalar, readScalar, scalarTensor } from './counters.ts';
import { readVariable } from './readVariable.ts';
import type { NamedTensor } from './slots.ts';

export class DynamicScale {
  readonly #initial: number;
  readonly #growthSteps: number;
  #scale: ResourceVariable | undefined;
  #numFinite: ResourceVariable | undefined;
  #weights: NamedTensor[] = [];

  /** @param growthSteps - Number of steps with finite gradients after which the scale is doubled. */
  constructor(initial: number, growthSteps: number) {
    this.#initial = initial;
    this.#growthSteps = growthSteps;
  }

  /** The present scale. */
  get value(): number {
    return this.#scale === undefined ? this.#initial : readScalar(this.#scale);
  }

  /** The scale at this point of the program. */
  tensor(): Tensor {
    return scalarTensor(this.#scaleVariable);
  }

  /**
   * Halves the scale where a gradient was not finite, and doubles it where that has not happened for long enough.
   *
   * @param isFinite - A scalar of bool.
   */
  adapt(isFinite: Value): void {
    const scale = readVariable(this.#scaleVariable);
    const numFinite = readVariable(this.#counterVariable);
    const isTime = op('Equal', [numFinite, scalar(this.#growthSteps - 1, 'int64')]);
    const grown = op('SelectV2', [isTime, op('Mul', [scale, scalar(2)]), scale]);
    const counted = op('SelectV2', [isTime, scalar(0, 'int64'), op('AddV2', [numFinite, scalar(1, 'int64')])]);
    const next = op('SelectV2', [isFinite, grown, op('Mul', [scale, scalar(0.5)])]);
    ops('AssignVariableOp', [this.#scaleVariable.resource, next]);
    const nextCount = op('SelectV2', [isFinite, counted, scalar(0, 'int64')]);
    ops('AssignVariableOp', [this.#counterVariable.resource, nextCount]);
  }

  /** By Keras's names. */
  variables(): { readonly name: string; readonly variable: ResourceVariable }[] {
    return [
      { name: 'dynamic_scale', variable: this.#scaleVariable },
      { name: 'step_counter', variable: this.#counterVariable },
    ];
  }

  /** The two values as tensors, which live until the next call. */
  weights(): NamedTensor[] {
    this.#disposeWeights();
    this.#weights = this.variables().map(({ name, variable }) => ({
      name,
      tensor: tidy(() => keep(withDtype(scalarTensor(variable), 'float32'))),
    }));
    return this.#weights;
  }

  /** Takes what `weights` gave. */
  async setWeights(weights: readonly NamedTensor[]): Promise<void> {
    const [scale = this.#initial, counter = 0] = await Promise.all(
      weights.map(async ({ tensor }) => (await tensor.data())[0]),
    );
    assignScalar(this.#scaleVariable, Float32Array.of(scale));
    assignScalar(this.#counterVariable, BigInt64Array.of(BigInt(counter)));
  }

  dispose(): void {
    this.#scale?.dispose();
    this.#numFinite?.dispose();
    this.#scale = this.#numFinite = undefined;
    this.#disposeWeights();
  }

  /** Scalar of float32. */
  get #scaleVariable(): ResourceVariable {
    return (this.#scale ??= makeScalar(Float32Array.of(this.#initial), 'float32'));
  }

  /** Number of steps with finite gradients since the scale changed: a scalar of int64. */
  get #counterVariable(): ResourceVariable {
    return (this.#numFinite ??= makeScalar(BigInt64Array.of(0n), 'int64'));
  }

  #disposeWeights(): void {
    for (const { tensor } of this.#weights) tensor.dispose();
    this.#weights = [];
  }
}
