/** Kernels that resize images, and their gradients. */
import type {
  ResizeBilinearAttrs,
  ResizeBilinearGradAttrs,
  ResizeBilinearGradInputs,
  ResizeBilinearInputs,
  ResizeNearestNeighborGradInputs,
} from '@tensorflow/tfjs-core';
import type { Attributes } from '../../tensor/index.ts';
import { ints, kernel, op, shapeOf } from '../kernel.ts';
import { cast } from './dtypes.ts';

for (const name of ['ResizeBilinear', 'ResizeNearestNeighbor']) {
  kernel<ResizeBilinearInputs, ResizeBilinearAttrs>(name, ({ images }, attrs) =>
    op(name, [images, ints(attrs.size)], sampling(attrs)),
  );
}

kernel<ResizeBilinearGradInputs, ResizeBilinearGradAttrs>('ResizeBilinearGrad', ({ dy, images }, attrs) =>
  // TensorFlow resizes to float32, whatever the images are.
  op('ResizeBilinearGrad', [cast(dy, 'float32'), images], sampling(attrs)),
);

kernel<ResizeNearestNeighborGradInputs, ResizeBilinearGradAttrs>('ResizeNearestNeighborGrad', ({ dy, images }, attrs) =>
  op('ResizeNearestNeighborGrad', [dy, ints(shapeOf(images).slice(1, 3))], sampling(attrs)),
);

function sampling({ alignCorners, halfPixelCenters }: ResizeBilinearAttrs): Attributes {
  return { align_corners: alignCorners, half_pixel_centers: halfPixelCenters };
}
