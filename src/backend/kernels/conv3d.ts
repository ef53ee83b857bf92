/** Convolutions in three dimensions, and their gradients. */
import type {
  Conv3DAttrs,
  Conv3DBackpropFilterV2Attrs,
  Conv3DBackpropFilterV2Inputs,
  Conv3DBackpropInputV2Attrs,
  Conv3DBackpropInputV2Inputs,
  Conv3DInputs,
} from '@tensorflow/tfjs-core';
import { kernel, shapeOf } from '../kernel.ts';
import { backpropFilter, backpropInput, convolve } from './convolve.ts';
import { fromNhwc, toNhwc } from './layout.ts';
import { windowsOf } from './windows.ts';

kernel<Conv3DInputs, Conv3DAttrs>('Conv3D', ({ x, filter }, attrs) => {
  const input = toNhwc(x, attrs.dataFormat);
  const windows = windowsOf(shapeOf(input), shapeOf(filter).slice(0, 3), attrs);
  return fromNhwc(convolve('Conv3D', input, filter, windows), attrs.dataFormat);
});

kernel<Conv3DBackpropInputV2Inputs, Conv3DBackpropInputV2Attrs>('Conv3DBackpropInputV2', ({ dy, filter }, attrs) => {
  const windows = windowsOf(attrs.inputShape, shapeOf(filter).slice(0, 3), attrs);
  return backpropInput('Conv3D', attrs.inputShape, filter, dy, windows);
});

kernel<Conv3DBackpropFilterV2Inputs, Conv3DBackpropFilterV2Attrs>('Conv3DBackpropFilterV2', ({ x, dy }, attrs) => {
  const windows = windowsOf(shapeOf(x), attrs.filterShape.slice(0, 3), attrs);
  return backpropFilter('Conv3D', x, attrs.filterShape, dy, windows);
});
