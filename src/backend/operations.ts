/** Runs TensorFlow's operations, in the scope in force. */
import { InternalError } from '../base/errors.ts';
import { EagerTensor, executor, type Attributes, type Input, type Value } from '../tensor/index.ts';
import { own } from './scope.ts';

/** Runs TensorFlow's operation `name` and gives all of its outputs. */
export function ops(name: string, inputs: readonly Input[], attributes: Attributes = {}): Value[] {
  const outputs = executor().execute(name, inputs, attributes);
  for (const output of outputs) if (output instanceof EagerTensor) own(output);
  return outputs;
}

/** Runs TensorFlow's operation `name` and gives its first output. */
export function op(name: string, inputs: readonly Input[], attributes: Attributes = {}): Value {
  const [output] = ops(name, inputs, attributes);
  if (output === undefined) throw new InternalError(`${name} has no output.`);
  return output;
}

/** `value` with a shape that TensorFlow cannot infer while tracing. */
export function withShape(value: Value, shape: readonly number[]): Value {
  return value instanceof EagerTensor ? value : value.graph.withShape(value, shape);
}

/** The dimensions of `value`. @throws InternalError where they are not all known while tracing. */
export function shapeOf(value: Value): number[] {
  const { shape } = value;
  if (shape === undefined || shape.includes(-1)) {
    throw new InternalError(
      `A kernel needs the shape of a value, and TensorFlow infers only [${shape?.join() ?? '?'}].`,
    );
  }
  return [...shape];
}
