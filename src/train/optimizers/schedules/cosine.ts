/** The shape that both cosine schedules share. */
import { add, cos, mul, type Scalar } from '@tensorflow/tfjs-core';

/** From 1 at `share` 0 along half a wave to 0 at `share` 1. */
export function halfWave(share: Scalar): Scalar {
  return mul(add(cos(mul<Scalar>(share, Math.PI)), 1), 0.5);
}
