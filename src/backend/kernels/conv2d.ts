/** Convolutions in two dimensions, and their gradients. */
import type {
  Conv2DAttrs,
  Conv2DBackpropFilterAttrs,
  Conv2DBackpropFilterInputs,
  Conv2DBackpropInputAttrs,
  Conv2DBackpropInputInputs,
  Conv2DInputs,
  FusedConv2DAttrs,
  FusedConv2DInputs,
} from '@tensorflow/tfjs-core';
import type { Value } from '../../tensor/index.ts';
import { ints, kernel, op, shapeOf } from '../kernel.ts';
import { backpropFilter, backpropInput, convolve } from './convolve.ts';
import { biasAndActivate, type FusedInputs } from './fused.ts';
import { fromNhwc, shapeToNhwc, toNhwc, type DataFormat } from './layout.ts';
import { windowsOf, type WindowArguments } from './windows.ts';

kernel<Conv2DInputs, Conv2DAttrs>('Conv2D', ({ x, filter }, attrs) =>
  fromNhwc(conv2d(toNhwc(x, attrs.dataFormat), filter, channelsLast(attrs)), attrs.dataFormat),
);

kernel<FusedConv2DInputs, FusedConv2DAttrs>('FusedConv2D', ({ x, filter, ...rest }, attrs) => {
  const { dataFormat } = attrs;
  const y = conv2d(toNhwc(x, dataFormat), filter, channelsLast(attrs));
  return fromNhwc(biasAndActivate(y, channelsLastWeights(rest, dataFormat), attrs), dataFormat);
});

kernel<Conv2DBackpropInputInputs, Conv2DBackpropInputAttrs>('Conv2DBackpropInput', ({ dy, filter }, attrs) => {
  const { dataFormat } = attrs;
  const shape = shapeToNhwc(attrs.inputShape, dataFormat);
  const windows = windowsOf(shape, shapeOf(filter).slice(0, 2), channelsLast(attrs));
  return fromNhwc(backpropInput('Conv2D', shape, filter, toNhwc(dy, dataFormat), windows), dataFormat);
});

kernel<Conv2DBackpropFilterInputs, Conv2DBackpropFilterAttrs>('Conv2DBackpropFilter', ({ x, dy }, attrs) => {
  const { dataFormat, filterShape } = attrs;
  const input = toNhwc(x, dataFormat);
  const windows = windowsOf(shapeOf(input), filterShape.slice(0, 2), channelsLast(attrs));
  return backpropFilter('Conv2D', input, filterShape, toNhwc(dy, dataFormat), windows);
});

function conv2d(x: Value, filter: Value, args: WindowArguments): Value {
  return convolve('Conv2D', x, filter, windowsOf(shapeOf(x), shapeOf(filter).slice(0, 2), args));
}

/** The arguments, with an explicit padding in the order of channels last. */
function channelsLast<A extends WindowArguments & { dataFormat: 'NHWC' | 'NCHW' }>(args: A): A {
  const { pad, dataFormat } = args;
  if (dataFormat !== 'NCHW' || typeof pad !== 'object') return args;
  const [batch = [], channels = [], ...spatial] = pad;
  return { ...args, pad: [batch, ...spatial, channels] };
}

/** PReLU's weights may have one value for each element of an image: then they are in its format. */
function channelsLastWeights(inputs: FusedInputs, format: DataFormat): FusedInputs {
  const { preluActivationWeights: weights } = inputs;
  if (weights === undefined || format !== 'NCHW' || shapeOf(weights).length !== 3) return inputs;
  return { ...inputs, preluActivationWeights: op('Transpose', [weights, ints([1, 2, 0])]) };
}
