/** Owns the eager tensors that a kernel makes on the way, until it returns. */
import { EagerTensor, type Value } from '../tensor/index.ts';

/** Tensors made in the scope in force. */
let scope: EagerTensor[] = [];

/** Runs `fn`, and gives back what operations in it have made, except for what `take` was called for. */
export function scoped<T>(fn: () => T): T {
  const outer = scope;
  scope = [];
  try {
    return fn();
  } finally {
    for (const tensor of scope) tensor.dispose();
    scope = outer;
  }
}

/** Leaves `tensor` to the scope in force. */
export function own(tensor: EagerTensor): void {
  scope.push(tensor);
}

/** `value` for an owner outside of the scope: it leaves the scope, or is another owner of the same memory. */
export function take(value: Value): Value {
  if (!(value instanceof EagerTensor)) return value;
  const index = scope.indexOf(value);
  if (index < 0) return value.share();
  scope.splice(index, 1);
  return value;
}
