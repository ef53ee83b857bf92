/** Takes nested values apart into their tensors and puts them together again: arrays, plain objects, anything else as it is. */
import { Tensor, Variable } from '@tensorflow/tfjs-core';
import { isPlainObject } from '../base/isPlainObject.ts';

/** The shape of a nested value, with a number in place of each tensor: its position in the flat list. */
export interface Flat {
  readonly tensors: Tensor[];
  /** Rebuilds the value around other tensors, one for each of `tensors`. */
  readonly rebuild: (tensors: readonly Tensor[]) => unknown;
  /** Equal for two values with the same structure and the same plain parts. */
  readonly key: string;
}

/** Takes `value` apart. Variables count as plain parts: code refers to them, they are not copied. */
export function flatten(value: unknown): Flat {
  const tensors: Tensor[] = [];
  const keys: string[] = [];
  const rebuild = visit(value, tensors, keys);
  return { tensors, rebuild, key: keys.join(' ') };
}

/** A variable that is returned stands for its value at that point. */
export function variablesAsTensors(result: unknown): unknown {
  if (result instanceof Variable) return result.clone();
  if (Array.isArray(result)) return result.map(variablesAsTensors);
  if (isPlainObject(result)) {
    return Object.fromEntries(Object.entries(result).map(([name, part]) => [name, variablesAsTensors(part)]));
  }
  return result;
}

type Rebuild = (tensors: readonly Tensor[]) => unknown;

function visit(value: unknown, tensors: Tensor[], keys: string[]): Rebuild {
  if (value instanceof Variable) {
    keys.push(`variable:${identity(value as Variable)}`);
    return () => value;
  }
  if (value instanceof Tensor) {
    const tensor = value as Tensor;
    const index = tensors.push(tensor) - 1;
    keys.push(`${tensor.dtype}[${tensor.shape.join()}]`);
    return (replacements) => replacements[index];
  }
  if (Array.isArray(value)) {
    keys.push('[');
    const parts = value.map((part) => visit(part, tensors, keys));
    keys.push(']');
    return (replacements) => parts.map((part) => part(replacements));
  }
  if (isPlainObject(value)) {
    keys.push('{');
    const parts = Object.entries(value).map(([name, part]) => {
      keys.push(`${JSON.stringify(name)}:`);
      return [name, visit(part, tensors, keys)] as const;
    });
    keys.push('}');
    return (replacements) => Object.fromEntries(parts.map(([name, part]) => [name, part(replacements)]));
  }
  keys.push(plainKey(value));
  return () => value;
}

function plainKey(value: unknown): string {
  if ((typeof value === 'object' && value !== null) || typeof value === 'function') return `object:${identity(value)}`;
  if (typeof value === 'string') return JSON.stringify(value);
  return Object.is(value, -0) ? 'number:-0' : `${typeof value}:${String(value)}`;
}

const identities = new WeakMap<object, number>();
let numIdentities = 0;

function identity(value: object): number {
  let id = identities.get(value);
  if (id === undefined) {
    id = numIdentities++;
    identities.set(value, id);
  }
  return id;
}
