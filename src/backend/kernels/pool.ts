/**
 * Pooling in two and three dimensions, and its gradients. TensorFlow has no explicit padding for all of them: there the
 * input is padded first.
 */
import type { MaxPoolWithArgmaxAttrs, MaxPoolWithArgmaxInputs } from '@tensorflow/tfjs-core';
import type { Value } from '../../tensor/index.ts';
import { ints, kernel, op, ops, scalar, shapeOf } from '../kernel.ts';
import { cast, isFloat, toFloat } from './dtypes.ts';
import { fromNhwc, toNhwc, type DataFormat } from './layout.ts';
import { lowest, pad, paddedShape, unpad } from './padding.ts';
import { pooling, windowsOf, type WindowArguments, type Windows } from './windows.ts';

interface PoolAttributes extends WindowArguments {
  filterSize: number | number[];
  dataFormat?: DataFormat;
}

for (const suffix of ['', '3D']) {
  kernel<{ x: Value }, PoolAttributes>(`MaxPool${suffix}`, ({ x }, attrs) => {
    const input = toNhwc(x, attrs.dataFormat);
    const windows = windowsOf(shapeOf(input), attrs.filterSize, attrs);
    const padded = pad(input, windows, lowest(input));
    return fromNhwc(op(`MaxPool${suffix}`, [padded], pooling(windows)), attrs.dataFormat);
  });

  kernel<{ dy: Value; input: Value; output: Value }, PoolAttributes>(
    `MaxPool${suffix}Grad`,
    ({ dy, input, output }, attrs) => {
      const windows = windowsOf(shapeOf(input), attrs.filterSize, attrs);
      const padded = pad(input, windows, lowest(input));
      return unpad(op(`MaxPool${suffix}Grad`, [padded, output, dy], pooling(windows)), windows, input);
    },
  );

  kernel<{ x: Value }, PoolAttributes>(`AvgPool${suffix}`, ({ x }, attrs) => {
    const input = toFloat(toNhwc(x, attrs.dataFormat));
    const windows = windowsOf(shapeOf(input), attrs.filterSize, attrs);
    const mean = op(`AvgPool${suffix}`, [pad(input, windows, 0)], pooling(windows));
    return fromNhwc(divideByShare(mean, windows, input, suffix), attrs.dataFormat);
  });

  kernel<{ dy: Value; input: Value }, PoolAttributes>(`AvgPool${suffix}Grad`, ({ dy, input }, attrs) => {
    const windows = windowsOf(shapeOf(input), attrs.filterSize, attrs);
    const padded = paddedShape(shapeOf(input), windows);
    const shared = divideByShare(dy, windows, input, suffix);
    return unpad(op(`AvgPool${suffix}Grad`, [ints(padded), shared], pooling(windows)), windows, input);
  });
}

kernel<MaxPoolWithArgmaxInputs, MaxPoolWithArgmaxAttrs>('MaxPoolWithArgmax', ({ x }, attrs) => {
  const windows = windowsOf(shapeOf(x), attrs.filterSize, attrs);
  const [values, positions] = ops('MaxPoolWithArgmax', [withoutNaN(x)], {
    ...pooling(windows),
    include_batch_in_index: attrs.includeBatchInIndex,
    Targmax: { type: 'int64' },
  }) as [Value, Value];
  return [values, cast(positions, 'int32')];
});

/** Divides by the share of each window that lies inside of the input: an average leaves the padding out. */
function divideByShare(x: Value, windows: Windows, input: Value, suffix: string): Value {
  if (windows.padding !== 'EXPLICIT') return x;
  const [, ...spatial] = shapeOf(input).slice(0, -1);
  const inside = op('Fill', [ints([1, ...spatial, 1]), scalar(1, input.dtype)]);
  return op('DivNoNan', [x, op(`AvgPool${suffix}`, [pad(inside, windows, 0)], pooling(windows))]);
}

/** `x` with a value in place of NaN that no maximum takes. */
function withoutNaN(x: Value): Value {
  return isFloat(x) ? op('SelectV2', [op('IsNan', [x]), scalar(lowest(x), x.dtype), x]) : x;
}
