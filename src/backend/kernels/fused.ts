/**
 * The tail that TF.js's fused kernels share: bias and activation. They are separate operations here: TensorFlow's graph
 * optimizer fuses them itself, for each device in its own way.
 */
import type { backend_util } from '@tensorflow/tfjs-core';
import { UserError } from '../../base/errors.ts';
import type { Value } from '../../tensor/index.ts';
import { ints, op, shapeOf } from '../kernel.ts';
import { leakyRelu, prelu } from './activations.ts';

/** What a fused kernel takes beside the operands. */
export interface FusedInputs {
  bias?: Value | undefined;
  preluActivationWeights?: Value | undefined;
}

interface Attributes {
  activation: backend_util.Activation;
  leakyreluAlpha?: number | undefined;
}

/** TF.js's activations that are one operation. */
const operations: Readonly<Record<string, string>> = { relu: 'Relu', relu6: 'Relu6', elu: 'Elu', sigmoid: 'Sigmoid' };

/** Adds the bias, if there is one, and applies the activation. */
export function biasAndActivate(
  x: Value,
  { bias, preluActivationWeights }: FusedInputs,
  attributes: Attributes,
): Value {
  const sum = bias === undefined ? x : addBias(x, bias);
  const { activation, leakyreluAlpha } = attributes;
  // TF.js leaves it out for a linear layer.
  const name = (activation as string | undefined) ?? 'linear';
  if (name === 'linear') return sum;
  if (name === 'prelu' && preluActivationWeights !== undefined) return prelu(sum, preluActivationWeights);
  if (name === 'leakyrelu') return leakyRelu(sum, leakyreluAlpha ?? defaultAlpha);
  const operation = operations[name];
  if (operation === undefined) throw unknownActivation(name);
  return op(operation, [sum]);
}

/** TF.js's slope below 0 where none is given. */
const defaultAlpha = 0.2;

function addBias(x: Value, bias: Value): Value {
  const shape = shapeOf(bias);
  const numChannels = shapeOf(x).at(-1);
  const isVector = shape.at(-1) === numChannels && shape.slice(0, -1).every((dim) => dim === 1);
  if (!isVector) return op('AddV2', [x, bias]);
  return op('BiasAdd', [x, shape.length === 1 ? bias : op('Reshape', [bias, ints(shape.slice(-1))])]);
}

function unknownActivation(name: string): UserError {
  return new UserError({
    code: 'TFD_ACTIVATION_UNKNOWN',
    rule: 'A fused operation knows the activations linear, relu, relu6, elu, sigmoid, prelu (with weights) and leakyrelu.',
    received: name,
    remedy: 'Apply the activation as an operation of its own after the convolution or the product.',
  });
}
