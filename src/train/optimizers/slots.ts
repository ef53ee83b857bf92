/** The slot variables of an optimizer: what it remembers about each variable that it trains, such as a momentum. */
import { dispose, keep, variable as makeVariable, tidy, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { InternalError, UserError } from '../../base/errors.ts';
import { besideVariable, initScope, op, resourceOf, scoped, toTensor } from '../../backend/index.ts';
import { ints, scalar } from '../../backend/kernel.ts';
import type { ResourceVariable } from '../../tensor/index.ts';

/** A tensor with its name in a saved model, as TF.js has it. */
export interface NamedTensor {
  name: string;
  tensor: Tensor;
}

/** One slot variable: `slot` of `variable`. */
export interface Slot {
  readonly variable: Variable;
  readonly slot: string;
  readonly value: Variable;
}

export class Slots {
  /** First value of each slot, by its name, in the order in which TensorFlow's kernel takes them. */
  readonly #initial: Readonly<Record<string, number>>;
  readonly #byName = new Map<string, { readonly variable: Variable; readonly values: readonly Variable[] }>();
  /** Values from a saved model, for variables that have not been seen yet: one list a variable. */
  #restored: (readonly Tensor[] | undefined)[] = [];

  constructor(initial: Readonly<Record<string, number>>) {
    this.#initial = initial;
  }

  /** Makes the slots of `variables` where there are none. */
  build(variables: readonly Variable[]): void {
    variables.forEach((variable, index) => {
      this.#build(variable, index);
    });
  }

  /** `slot` of a variable that `build` has seen. */
  get({ name }: Variable, slot: string): ResourceVariable {
    const value = this.#byName.get(name)?.values[Object.keys(this.#initial).indexOf(slot)];
    if (value === undefined) throw new InternalError(`The variable ${name} has no slot ${slot}.`);
    return resourceOf(value);
  }

  /** All variables that have slots and still exist. */
  variables(): Variable[] {
    return [...this.#byName.values()].flatMap(({ variable }) => (variable.isDisposed ? [] : [variable]));
  }

  /** All slots, slot by slot, each in the order in which the variables were first seen: TF.js's order. */
  list(): Slot[] {
    const entries = [...this.#byName.values()];
    return Object.keys(this.#initial).flatMap((slot, position) =>
      entries.map(({ variable, values }) => ({ variable, slot, value: values[position] as Variable })),
    );
  }

  /** Takes the values of a saved model, in the order of `list`. Those of variables to come are kept until then. */
  restore(weights: readonly NamedTensor[]): void {
    const numSlots = Object.keys(this.#initial).length;
    if (numSlots === 0 && weights.length === 0) return;
    const numVariables = weights.length / numSlots;
    const expected = this.#byName.size > 0 ? this.#byName.size : numVariables;
    if (numVariables !== expected || !Number.isInteger(numVariables)) {
      throw wrongWeights(`${numSlots} for each of ${this.#byName.size || 'the'} variables`, `${weights.length}`);
    }
    const columns = Array.from({ length: numVariables }, (_, index) =>
      Array.from({ length: numSlots }, (_, slot) => (weights[slot * numVariables + index] as NamedTensor).tensor),
    );
    if (this.#byName.size > 0) {
      [...this.#byName.values()].forEach(({ values }, index) => {
        fill(values, columns[index] ?? []);
      });
      return;
    }
    this.#forget();
    this.#restored = columns.map((column) => column.map((tensor) => keep(tensor.clone())));
  }

  dispose(): void {
    this.#forget();
    for (const { values } of this.#byName.values()) dispose([...values]);
    this.#byName.clear();
  }

  #build(variable: Variable, index: number): void {
    const known = this.#byName.get(variable.name);
    if (known?.variable === variable) return;
    // A disposed variable's name may come back with a new one, of another shape.
    dispose([...(known?.values ?? [])]);
    const make = (initial: number): Variable => initScope(() => makeSlot(variable, initial));
    const values = besideVariable(variable, () => Object.values(this.#initial).map(make));
    this.#byName.set(variable.name, { variable, values });
    const restored = this.#restored[index] ?? [];
    this.#restored[index] = undefined;
    fill(values, restored);
    dispose([...restored]);
  }

  #forget(): void {
    for (const values of this.#restored) dispose([...(values ?? [])]);
    this.#restored = [];
  }
}

function makeSlot({ shape }: Variable, initial: number): Variable {
  return tidy(() => {
    const filled = scoped(() => toTensor(op('Fill', [ints(shape), scalar(initial)])));
    return makeVariable(filled, false);
  });
}

function fill(slots: readonly Variable[], values: readonly Tensor[]): void {
  slots.forEach((slot, position) => {
    const value = values[position];
    if (value === undefined) return;
    if (slot.shape.join() !== value.shape.join()) {
      throw wrongWeights(`of shape [${slot.shape.join(', ')}]`, `one of shape [${value.shape.join(', ')}]`);
    }
    initScope(() => {
      slot.assign(value);
    });
  });
}

function wrongWeights(expected: string, received: string): UserError {
  return new UserError({
    code: 'TFD_OPTIMIZER_WEIGHTS',
    rule: `The weights of this optimizer are the number of iterations, then slot variables: ${expected}.`,
    received,
    remedy: 'Load weights that the same kind of optimizer saved, for a model of the same layers.',
  });
}
