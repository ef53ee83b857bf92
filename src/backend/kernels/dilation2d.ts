/** Grayscale dilation of images, and its gradients. */
import type { Dilation2DAttrs, Dilation2DBackpropInputInputs, Dilation2DInputs } from '@tensorflow/tfjs-core';
import type { Attributes, Value } from '../../tensor/index.ts';
import { kernel, op, shapeOf } from '../kernel.ts';
import { lowest, pad, unpad } from './padding.ts';
import { windowsOf, type Windows } from './windows.ts';

kernel<Dilation2DInputs, Dilation2DAttrs>('Dilation2D', ({ x, filter }, attrs) => {
  const windows = windowsFor(x, filter, attrs);
  return op('Dilation2D', [pad(x, windows, lowest(x)), filter], attributes(windows));
});

kernel<Dilation2DBackpropInputInputs, Dilation2DAttrs>('Dilation2DBackpropInput', ({ x, filter, dy }, attrs) => {
  const windows = windowsFor(x, filter, attrs);
  const padded = op('Dilation2DBackpropInput', [pad(x, windows, lowest(x)), filter, dy], attributes(windows));
  return unpad(padded, windows, x);
});

kernel<Dilation2DBackpropInputInputs, Dilation2DAttrs>('Dilation2DBackpropFilter', ({ x, filter, dy }, attrs) => {
  const windows = windowsFor(x, filter, attrs);
  return op('Dilation2DBackpropFilter', [pad(x, windows, lowest(x)), filter, dy], attributes(windows));
});

function windowsFor(x: Value, filter: Value, attrs: Dilation2DAttrs): Windows {
  return windowsOf(shapeOf(x), shapeOf(filter).slice(0, 2), attrs);
}

function attributes({ strides, dilations, padding }: Windows): Attributes {
  return {
    strides: { ints: [1, ...strides, 1] },
    rates: { ints: [1, ...dilations, 1] },
    padding: padding === 'EXPLICIT' ? 'VALID' : padding,
  };
}
