/**
 * Convolutions and their gradients, of any kind. TensorFlow's kernels for CPUs know dilations only in part: a dilated
 * convolution is a plain one on the blocks of the input that it joins (as in Yu and Koltun, 2016, and
 * `tf.space_to_batch`).
 */
import type { Value } from '../../tensor/index.ts';
import { ints, op, pairs, shapeOf } from '../kernel.ts';
import { convolution, type Windows } from './windows.ts';

/** TensorFlow's operation. Those for its gradients are named after it. */
export type Convolution = 'Conv2D' | 'DepthwiseConv2dNative' | 'Conv3D';

/** The convolution of `x`. Channels are last, here and below. */
export function convolve(kind: Convolution, x: Value, filter: Value, windows: Windows): Value {
  const blocks = kind === 'Conv2D' ? undefined : blocksOf(shapeOf(x), windows);
  if (blocks === undefined) return op(kind, [x, filter], convolution(windows));
  return blocks.leaveOutput(op(kind, [blocks.enterInput(x), filter], convolution(blocks.windows)));
}

/** The gradient with respect to an input of shape `inputShape`. */
export function backpropInput(
  kind: Convolution,
  inputShape: readonly number[],
  filter: Value,
  dy: Value,
  windows: Windows,
): Value {
  const name = `${kind}BackpropInput${version(kind)}`;
  const blocks = blocksOf(inputShape, windows);
  if (blocks === undefined) return op(name, [ints(inputShape), filter, dy], convolution(windows));
  const inputs = [ints(blocks.inputShape), filter, blocks.enterOutput(dy)];
  return blocks.leaveInput(op(name, inputs, convolution(blocks.windows)));
}

/** The gradient with respect to a filter of shape `filterShape`. */
export function backpropFilter(
  kind: Convolution,
  x: Value,
  filterShape: readonly number[],
  dy: Value,
  windows: Windows,
): Value {
  const name = `${kind}BackpropFilter${version(kind)}`;
  const blocks = blocksOf(shapeOf(x), windows);
  if (blocks === undefined) return op(name, [x, ints(filterShape), dy], convolution(windows));
  const inputs = [blocks.enterInput(x), ints(filterShape), blocks.enterOutput(dy)];
  return op(name, inputs, convolution(blocks.windows));
}

const version = (kind: Convolution): string => (kind === 'Conv3D' ? 'V2' : '');

/** A dilated convolution as a plain one: every `dilation`-th element is in the same block. */
interface Blocks {
  readonly windows: Windows;
  /** Shape of the input in blocks. */
  readonly inputShape: readonly number[];
  enterInput(x: Value): Value;
  leaveInput(x: Value): Value;
  enterOutput(y: Value): Value;
  leaveOutput(y: Value): Value;
}

/** Undefined where there is no dilation, or strides beside it, which TF.js does not allow. */
function blocksOf(inputShape: readonly number[], windows: Windows): Blocks | undefined {
  const { dilations, strides } = windows;
  if (dilations.every((dilation) => dilation === 1) || strides.some((stride) => stride !== 1)) return undefined;
  const [batch = 1, ...spatial] = inputShape.slice(0, -1);
  const padded = spatial.map((dim, index) => dim + sum(windows.pads[index + 1] ?? []));
  // The last blocks are filled up, and what comes of that is cut off again.
  const extra = padded.map((dim, index) => fill(dim, dilations[index] ?? 1));
  const inputPads = spatial.map((_, index) => {
    const [before = 0, after = 0] = windows.pads[index + 1] ?? [];
    return [before, after + (extra[index] ?? 0)];
  });
  const outputPads = extra.map((amount) => [0, amount]);
  const size = ints(dilations);
  return {
    windows: { ...windows, dilations: dilations.map(() => 1), padding: 'VALID' },
    inputShape: [
      batch * dilations.reduce((product, dilation) => product * dilation, 1),
      ...padded.map((dim, index) => (dim + (extra[index] ?? 0)) / (dilations[index] ?? 1)),
      ...inputShape.slice(-1),
    ],
    enterInput: (x) => op('SpaceToBatchND', [x, size, pairs(inputPads)]),
    leaveInput: (x) => op('BatchToSpaceND', [x, size, pairs(inputPads)]),
    enterOutput: (y) => op('SpaceToBatchND', [y, size, pairs(outputPads)]),
    leaveOutput: (y) => op('BatchToSpaceND', [y, size, pairs(outputPads)]),
  };
}

/** What `dim` lacks to the next multiple of `dilation`. */
function fill(dim: number, dilation: number): number {
  return (dilation - (dim % dilation)) % dilation;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
