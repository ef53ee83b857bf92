/** Products of matrices. */
import type {
  _FusedMatMulAttrs,
  _FusedMatMulInputs,
  BatchMatMulAttrs,
  BatchMatMulInputs,
  EinsumAttrs,
  EinsumInputs,
} from '@tensorflow/tfjs-core';
import { UserError } from '../../base/errors.ts';
import type { Value } from '../../tensor/index.ts';
import { ints, kernel, op, shapeOf } from '../kernel.ts';
import { biasAndActivate } from './fused.ts';

kernel<BatchMatMulInputs, BatchMatMulAttrs>('BatchMatMul', ({ a, b }, { transposeA, transposeB }) =>
  multiply(a, b, transposeA, transposeB),
);

kernel<_FusedMatMulInputs, _FusedMatMulAttrs>(
  '_FusedMatMul',
  ({ a, b, ...rest }, { transposeA, transposeB, ...fused }) =>
    biasAndActivate(multiply(a, b, transposeA, transposeB), rest, fused),
);

kernel<EinsumInputs, EinsumAttrs>('Einsum', (inputs, { equation }) => {
  const spelled = equation.replaceAll(/\s/g, '');
  checkOutput(spelled);
  return op('Einsum', [inputs], { equation: spelled });
});

/** The product of the last two dimensions. Earlier dimensions broadcast. */
function multiply(a: Value, b: Value, transposeA: boolean, transposeB: boolean): Value {
  const product = [a, b].map(shapeOf);
  const isPlain = product.every((shape) => shape.slice(0, -2).every((dim) => dim === 1));
  if (!isPlain) return op('BatchMatMulV2', [a, b], { adj_x: transposeA, adj_y: transposeB });
  const flat = op('MatMul', [toMatrix(a), toMatrix(b)], { transpose_a: transposeA, transpose_b: transposeB });
  const numDims = Math.max(...product.map((shape) => shape.length));
  return numDims === 2 ? flat : op('Reshape', [flat, ints([...Array<number>(numDims - 2).fill(1), ...shapeOf(flat)])]);
}

/** TensorFlow takes a dimension of the output that no input has for one of size 1. */
function checkOutput(equation: string): void {
  const [inputs = '', output = ''] = equation.split('->');
  const unknown = Array.from(output).find((label) => !inputs.includes(label));
  if (unknown === undefined) return;
  throw new UserError({
    code: 'TFD_EINSUM_OUTPUT',
    rule: 'Each dimension of the output of tf.einsum() must be a dimension of an input.',
    received: `${equation}, where no input has ${unknown}`,
    remedy: 'Name the dimension in an input too, or leave it out of the output.',
  });
}

function toMatrix(x: Value): Value {
  const shape = shapeOf(x);
  return shape.length === 2 ? x : op('Reshape', [x, ints(shape.slice(-2))]);
}
