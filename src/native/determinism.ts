/** TensorFlow's switch for deterministic operations, which only C++ knows (`tensorflow/core/util/determinism.h`). */
import { bindCxx } from './bindCxx.ts';
import { c } from './bindings/declare.ts';

const determinism = {
  _ZN3tsl19EnableOpDeterminismEb: c<(enabled: boolean) => void>('void _ZN3tsl19EnableOpDeterminismEb(bool enabled)'),
};

/** Operations that run from now on are deterministic, or fail. Loads the library. */
export function enableOpDeterminism(): void {
  bindCxx('tf.enableDeterminism()', determinism)._ZN3tsl19EnableOpDeterminismEb(true);
}
