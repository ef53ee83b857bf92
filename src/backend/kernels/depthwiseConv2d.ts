/** Convolutions of each channel by itself, and their gradients. */
import type {
  DepthwiseConv2dNativeAttrs,
  DepthwiseConv2dNativeBackpropFilterAttrs,
  DepthwiseConv2dNativeBackpropFilterInputs,
  DepthwiseConv2dNativeBackpropInputAttrs,
  DepthwiseConv2dNativeBackpropInputInputs,
  DepthwiseConv2dNativeInputs,
  FusedDepthwiseConv2DAttrs,
  FusedDepthwiseConv2DInputs,
} from '@tensorflow/tfjs-core';
import type { Value } from '../../tensor/index.ts';
import { kernel, shapeOf } from '../kernel.ts';
import { backpropFilter, backpropInput, convolve } from './convolve.ts';
import { biasAndActivate } from './fused.ts';
import { fromNhwc, toNhwc } from './layout.ts';
import { windowsOf, type WindowArguments } from './windows.ts';

kernel<DepthwiseConv2dNativeInputs, DepthwiseConv2dNativeAttrs>('DepthwiseConv2dNative', ({ x, filter }, attrs) =>
  fromNhwc(depthwise(toNhwc(x, attrs.dataFormat), filter, attrs), attrs.dataFormat),
);

kernel<FusedDepthwiseConv2DInputs, FusedDepthwiseConv2DAttrs>('FusedDepthwiseConv2D', ({ x, filter, ...rest }, attrs) =>
  fromNhwc(biasAndActivate(depthwise(toNhwc(x, attrs.dataFormat), filter, attrs), rest, attrs), attrs.dataFormat),
);

kernel<DepthwiseConv2dNativeBackpropInputInputs, DepthwiseConv2dNativeBackpropInputAttrs>(
  'DepthwiseConv2dNativeBackpropInput',
  ({ dy, filter }, attrs) => {
    const windows = windowsOf(attrs.inputShape, shapeOf(filter).slice(0, 2), attrs);
    return backpropInput('DepthwiseConv2dNative', attrs.inputShape, filter, dy, windows);
  },
);

kernel<DepthwiseConv2dNativeBackpropFilterInputs, DepthwiseConv2dNativeBackpropFilterAttrs>(
  'DepthwiseConv2dNativeBackpropFilter',
  ({ x, dy }, attrs) => {
    const windows = windowsOf(shapeOf(x), attrs.filterShape.slice(0, 2), attrs);
    return backpropFilter('DepthwiseConv2dNative', x, attrs.filterShape, dy, windows);
  },
);

function depthwise(x: Value, filter: Value, args: WindowArguments): Value {
  return convolve('DepthwiseConv2dNative', x, filter, windowsOf(shapeOf(x), shapeOf(filter).slice(0, 2), args));
}
