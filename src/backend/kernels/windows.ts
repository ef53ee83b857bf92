/** Where the windows of a convolution or of a pooling lie: TF.js's arguments in TensorFlow's terms. */
import type { Attributes } from '../../tensor/index.ts';

type Pads = readonly [before: number, after: number];

/** Windows over the spatial dimensions, of which there are two or three. */
export interface Windows {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** TensorFlow's rule for the padding; `EXPLICIT` where only `pads` tells. */
  readonly padding: 'SAME' | 'VALID' | 'EXPLICIT';
  /** The padding of each dimension of the input, batch and channels included. */
  readonly pads: readonly Pads[];
}

/** TF.js's arguments. */
export interface WindowArguments {
  readonly strides: number | readonly number[];
  /** A number for all sides, or one pair for each dimension of the input. */
  readonly pad: 'valid' | 'same' | number | readonly (readonly number[])[];
  readonly dilations?: number | readonly number[] | null | undefined;
  /** How an output size that is not whole is rounded; down by default. */
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil' | undefined;
}

/** The windows of the given size over an input of `shape`; channels are last in both. */
export function windowsOf(shape: readonly number[], size: number | readonly number[], args: WindowArguments): Windows {
  const { pad, dimRoundingMode = 'floor' } = args;
  const spatial = shape.slice(1, -1);
  const sizes = forEach(spatial, size);
  const strides = forEach(spatial, args.strides);
  const dilations = forEach(spatial, args.dilations ?? 1);
  const pads = spatial.map((input, index): Pads => {
    const stride = strides[index] ?? 1;
    const reach = ((sizes[index] ?? 1) - 1) * (dilations[index] ?? 1) + 1;
    if (pad === 'valid') return [0, 0];
    if (pad === 'same') {
      const total = Math.max(0, (Math.ceil(input / stride) - 1) * stride + reach - input);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    }
    const [before = 0, after = 0] = typeof pad === 'number' ? [pad, pad] : (pad[index + 1] ?? []);
    const output = Math[dimRoundingMode]((input + before + after - reach) / stride + 1);
    // Where the output size is rounded up, the last window reaches beyond the stated padding.
    return [before, Math.max(after, (output - 1) * stride + reach - input - before)];
  });
  const isValid = pads.flat().every((amount) => amount === 0);
  return {
    size: sizes,
    strides,
    dilations,
    padding: isValid ? 'VALID' : pad === 'same' ? 'SAME' : 'EXPLICIT',
    pads: [[0, 0], ...pads, [0, 0]],
  };
}

/** The attributes of a convolution with the given windows. */
export function convolution({ strides, dilations, padding, pads }: Windows): Attributes {
  return {
    strides: { ints: [1, ...strides, 1] },
    dilations: { ints: [1, ...dilations, 1] },
    padding,
    ...(padding === 'EXPLICIT' ? { explicit_paddings: { ints: pads.flat() } } : {}),
  };
}

/** The attributes of a pooling with the given windows. */
export function pooling({ size, strides, padding }: Windows): Attributes {
  return {
    ksize: { ints: [1, ...size, 1] },
    strides: { ints: [1, ...strides, 1] },
    padding: padding === 'EXPLICIT' ? 'VALID' : padding,
  };
}

function forEach(spatial: readonly number[], value: number | readonly number[]): number[] {
  if (typeof value === 'number') return spatial.map(() => value);
  return value.length === 1 ? spatial.map(() => value[0] ?? 1) : [...value];
}
