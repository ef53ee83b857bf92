/** Addition, which is TensorFlow's `BiasAdd` where a layer adds its bias: its graph optimizer fuses that into the layer. */
import { GraphTensor, type Value } from '../../tensor/index.ts';
import { kernel, op } from '../kernel.ts';
import { isFloat, toNumbers } from './dtypes.ts';

kernel<{ a: Value; b: Value }>('Add', ({ a, b }) =>
  isBias(a, b) ? op('BiasAdd', [a, b]) : op('AddV2', [toNumbers(a), toNumbers(b)]),
);

/** The sum of `dy` over all but its last dimension. */
kernel<{ dy: Value }>('BiasAddGrad', ({ dy }) => op('BiasAddGrad', [dy]));

/** Only while tracing: now, there is nothing to fuse. */
function isBias(a: Value, b: Value): boolean {
  return (
    a instanceof GraphTensor &&
    b instanceof GraphTensor &&
    isFloat(a) &&
    a.dtype === b.dtype &&
    a.shape !== undefined &&
    a.shape.length > 1 &&
    b.shape?.length === 1 &&
    b.shape[0] === a.shape.at(-1)
  );
}
