/** Chooses among overlapping boxes. The number of chosen ones depends on the data: such kernels run eagerly only. */
import type {
  NonMaxSuppressionV3Attrs,
  NonMaxSuppressionV3Inputs,
  NonMaxSuppressionV4Attrs,
  NonMaxSuppressionV4Inputs,
  NonMaxSuppressionV5Attrs,
  NonMaxSuppressionV5Inputs,
} from '@tensorflow/tfjs-core';
import type { Value } from '../../tensor/index.ts';
import { kernel, op, ops, scalar } from '../kernel.ts';

kernel<NonMaxSuppressionV3Inputs, NonMaxSuppressionV3Attrs>('NonMaxSuppressionV3', ({ boxes, scores }, attrs) =>
  op('NonMaxSuppressionV3', [boxes, scores, ...limits(attrs)]),
);

kernel<NonMaxSuppressionV4Inputs, NonMaxSuppressionV4Attrs>('NonMaxSuppressionV4', ({ boxes, scores }, attrs) =>
  ops('NonMaxSuppressionV4', [boxes, scores, ...limits(attrs)], { pad_to_max_output_size: attrs.padToMaxOutputSize }),
);

kernel<NonMaxSuppressionV5Inputs, NonMaxSuppressionV5Attrs>('NonMaxSuppressionV5', ({ boxes, scores }, attrs) =>
  ops('NonMaxSuppressionV5', [boxes, scores, ...limits(attrs), scalar(attrs.softNmsSigma)]).slice(0, 2),
);

function limits({ maxOutputSize, iouThreshold, scoreThreshold }: NonMaxSuppressionV3Attrs): Value[] {
  return [scalar(maxOutputSize, 'int32'), scalar(iouThreshold), scalar(scoreThreshold)];
}
