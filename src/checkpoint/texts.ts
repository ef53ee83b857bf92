/** Texts as TensorFlow's operations on checkpoints take them. */
import { executor, type Value } from '../tensor/index.ts';

/** A scalar text, for an operation that runs now or is recorded. */
export function text(value: string): Value {
  return executor().constant([Buffer.from(value)], [], 'string');
}

/** A list of texts. */
export function texts(values: readonly string[]): Value {
  const bytes = values.map((value) => Buffer.from(value));
  return executor().constant(bytes, [values.length], 'string');
}
