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
import { ints, kernel, op, shapeOf } from '../kernel.ts';
import { biasAndActivate } from './fused.ts';
import { fromNhwc, toNhwc } from './layout.ts';
import { convolution, windowsOf, type WindowArguments } from './windows.ts';

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
    return op('DepthwiseConv2dNativeBackpropInput', [ints(attrs.inputShape), filter, dy], convolution(windows));
  },
);

kernel<DepthwiseConv2dNativeBackpropFilterInputs, DepthwiseConv2dNativeBackpropFilterAttrs>(
  'DepthwiseConv2dNativeBackpropFilter',
  ({ x, dy }, attrs) => {
    const windows = windowsOf(shapeOf(x), attrs.filterShape.slice(0, 2), attrs);
    return op('DepthwiseConv2dNativeBackpropFilter', [x, ints(attrs.filterShape), dy], convolution(windows));
  },
);

function depthwise(x: Value, filter: Value, args: WindowArguments): Value {
  const windows = windowsOf(shapeOf(x), shapeOf(filter).slice(0, 2), args);
  return op('DepthwiseConv2dNative', [x, filter], convolution(windows));
}
