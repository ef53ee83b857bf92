/** Kernels on images. */
import {
  backend_util,
  type CropAndResizeAttrs,
  type CropAndResizeInputs,
  type FlipLeftRightInputs,
  type RotateWithOffsetAttrs,
  type RotateWithOffsetInputs,
  type TransformAttrs,
  type TransformInputs,
} from '@tensorflow/tfjs-core';
import type { Value } from '../../tensor/index.ts';
import { constant, ints, kernel, op, scalar, shapeOf } from '../kernel.ts';
import { cast } from './dtypes.ts';

kernel<CropAndResizeInputs, CropAndResizeAttrs>('CropAndResize', ({ image, boxes, boxInd }, attrs) =>
  op(
    'CropAndResize',
    [image.dtype === 'bfloat16' ? cast(image, 'float32') : image, cast(boxes, 'float32'), boxInd, ints(attrs.cropSize)],
    {
      method: attrs.method,
      extrapolation_value: { float: attrs.extrapolationValue },
    },
  ),
);

kernel<FlipLeftRightInputs>('FlipLeftRight', ({ image }) => op('ReverseV2', [image, ints([2])]));

kernel<TransformInputs, TransformAttrs>('Transform', ({ image, transforms }, attrs) => {
  const { interpolation, fillMode, fillValue, outputShape = shapeOf(image).slice(1, 3) } = attrs;
  return op('ImageProjectiveTransformV3', [image, cast(transforms, 'float32'), ints(outputShape), scalar(fillValue)], {
    interpolation: interpolation.toUpperCase(),
    fill_mode: fillMode.toUpperCase(),
  });
});

kernel<RotateWithOffsetInputs, RotateWithOffsetAttrs>('RotateWithOffset', ({ image }, attrs) => {
  const { radians, fillValue, center } = attrs;
  const [, height = 0, width = 0, numChannels = 0] = shapeOf(image);
  const [x, y] = backend_util.getImageCenter(center, height, width);
  const rotation = around(x, y, Math.cos(radians), Math.sin(radians));
  if (typeof fillValue === 'number') return rotate(image, rotation, fillValue);
  const inside = rotate(op('OnesLike', [image]), rotation, 0);
  // TF.js takes the fourth channel for opacity.
  const fill = Array.from({ length: numChannels }, (_, channel) => fillValue[channel] ?? 255);
  const background = cast(constant(fill, [numChannels], 'float32'), image.dtype);
  return op('SelectV2', [cast(inside, 'bool'), rotate(image, rotation, 0), background]);
});

/** The projective transform that turns around (x, y). */
function around(x: number, y: number, cos: number, sin: number): number[] {
  return [cos, -sin, x - x * cos + y * sin, sin, cos, y - x * sin - y * cos, 0, 0];
}

function rotate(image: Value, rotation: readonly number[], fill: number): Value {
  const transforms = constant(rotation, [1, 8], 'float32');
  const size = ints(shapeOf(image).slice(1, 3));
  return op('ImageProjectiveTransformV3', [image, transforms, size, scalar(fill)], { interpolation: 'NEAREST' });
}
