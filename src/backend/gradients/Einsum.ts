/** The gradient of Einstein sums, which TF.js lacks: attention layers need it. */
import { broadcastTo, einsum, registerGradient, reshape, type Tensor } from '@tensorflow/tfjs-core';
import { UserError } from '../../base/errors.ts';

registerGradient({
  kernelName: 'Einsum',
  saveAllInputs: true,
  gradFunc: (dy, saved, attrs) => {
    const { inputs, output } = parse(attrs['equation'] as string);
    const gradients = saved.map((_, index) => () => gradientOf(index, dy as Tensor, saved, inputs, output));
    return Object.fromEntries(gradients.entries());
  },
});

/** The gradient with respect to operand `index`: the sum with that operand and the output exchanged. */
function gradientOf(index: number, dy: Tensor, operands: Tensor[], inputs: string[], output: string): Tensor {
  const labels = inputs[index] ?? '';
  const { shape } = operands[index] as Tensor;
  const others = operands.filter((_, other) => other !== index);
  const otherLabels = inputs.filter((_, other) => other !== index);
  // What only this operand has was summed by itself: its gradient is the same along all of it.
  const isShared = (label: string): boolean => output.includes(label) || otherLabels.join().includes(label);
  const shared = Array.from(labels).filter(isShared).join('');
  const summed = einsum(`${[output, ...otherLabels].join()}->${shared}`, dy, ...others);
  if (shared === labels) return summed;
  const kept = shape.map((dim, axis) => (isShared(labels.charAt(axis)) ? dim : 1));
  return broadcastTo(reshape(summed, kept), shape);
}

function parse(equation: string): { inputs: string[]; output: string } {
  const [left = '', output = ''] = equation.replaceAll(/\s/g, '').split('->');
  const inputs = left.split(',');
  const isPlain = [...inputs, output].every(
    (labels) => !labels.includes('.') && new Set(labels).size === labels.length,
  );
  if (isPlain && equation.includes('->')) return { inputs, output };
  throw new UserError({
    code: 'TFD_EINSUM_GRADIENT',
    rule: 'The gradient of tf.einsum() needs an equation that names its output and has each label once in an operand.',
    received: equation,
    remedy: 'Spell the output after "->", write labels for "...", and take diagonals with tf.gatherND().',
  });
}
