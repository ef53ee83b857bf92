/** What a recurrent layer computes at one step, in terms of TensorFlow's operations. All values are matrices of rows. */
import type { Value } from '../../tensor/index.ts';
import { op, ops, scalar } from '../kernel.ts';

/** What one step starts from. */
export interface Before {
  /** The states before, `[rows, units]` each; the first one is the output of the step before. */
  readonly states: readonly Value[];
  /** The first state, with dropout where the layer has it. */
  readonly dropped: Value;
}

/** The weights that act on the state. */
export interface StateWeights {
  readonly kernels: readonly Value[];
  /** Added to the first product of the state. */
  readonly bias?: Value | undefined;
}

/** The gradients of one step. */
export interface StepGradient {
  readonly gates: Value;
  /** With respect to the states before; undefined is zero. */
  readonly states: readonly (Value | undefined)[];
  /** With respect to the first state with dropout. */
  readonly dropped: Value;
  /** For each kernel, what it was multiplied by and the gradient of the product. */
  readonly products: readonly { readonly left: Value; readonly gradient: Value }[];
}

/** A kind of recurrent layer. */
export interface Cell {
  /**
   * Gives the states after the step, and what its gradient needs.
   *
   * @param gates - What the step's input adds to the gates: `[rows, gates * units]`.
   */
  step(gates: Value, before: Before, weights: StateWeights): { readonly states: Value[]; readonly kept: Value[] };
  /** @param gradients - With respect to the states after the step; undefined is zero. */
  gradient(
    before: Before,
    weights: StateWeights,
    kept: readonly Value[],
    gradients: readonly [Value, ...(Value | undefined)[]],
  ): StepGradient;
}

export const add = (a: Value, b: Value): Value => op('AddV2', [a, b]);
export const mul = (a: Value, b: Value): Value => op('Mul', [a, b]);
export const sub = (a: Value, b: Value): Value => op('Sub', [a, b]);
export const matMul = (a: Value, b: Value): Value => op('MatMul', [a, b]);
export const matMulTransposed = (a: Value, b: Value): Value => op('MatMul', [a, b], { transpose_b: true });

/** The sum of those that are there. */
export function sumOf(values: readonly (Value | undefined)[]): Value | undefined {
  const terms = values.filter((value) => value !== undefined);
  if (terms.length < 3) return terms.length === 2 ? add(terms[0] as Value, terms[1] as Value) : terms[0];
  return op('AddN', [terms]);
}

/** Side by side. */
export function joined(values: readonly Value[]): Value {
  return op('ConcatV2', [values, scalar(1, 'int32')]);
}

/** Equal parts that stand side by side. */
export function parts(value: Value, count: number): Value[] {
  return ops('Split', [scalar(1, 'int32'), value], { num_split: { int: count } });
}
