/** Comparisons by size. TensorFlow has them for numbers only; texts are compared by their bytes, as UTF-8 orders them. */
import type { Value } from '../../tensor/index.ts';
import { ints, kernel, op, scalar, shapeOf } from '../kernel.ts';
import { cast, toNumbers } from './dtypes.ts';

for (const name of ['Greater', 'GreaterEqual', 'Less', 'LessEqual']) {
  kernel<{ a: Value; b: Value }>(name, ({ a, b }) =>
    a.dtype === 'string' ? op(name, [textOrder(a, b), scalar(0, 'int32')]) : op(name, [toNumbers(a), toNumbers(b)]),
  );
}

/** Negative where `a` comes before `b`, 0 where they are equal, positive where it comes after. */
function textOrder(a: Value, b: Value): Value {
  const numBytes = op('Maximum', [maxLength(a), maxLength(b)]);
  const differences = op('Sub', [codes(a, numBytes), codes(b, numBytes)]);
  const differs = cast(op('NotEqual', [differences, scalar(0, 'int32')]), 'int32');
  const first = op('ArgMax', [differs, scalar(-1, 'int32')], { output_type: { type: 'int32' } });
  const numDims = Math.max(shapeOf(a).length, shapeOf(b).length);
  return op('GatherV2', [differences, first, scalar(numDims, 'int32')], { batch_dims: { int: numDims } });
}

/** For each text its bytes, filled up with 0, and its length: a text comes after the texts that it begins with. */
function codes(texts: Value, numBytes: Value): Value {
  const bytes = cast(op('DecodePaddedRaw', [texts, numBytes], { out_type: { type: 'uint8' } }), 'int32');
  const lengths = op('ExpandDims', [op('StringLength', [texts]), scalar(-1, 'int32')]);
  return op('ConcatV2', [[bytes, lengths], scalar(-1, 'int32')]);
}

/** At least 1: TensorFlow decodes no text to no bytes. */
function maxLength(texts: Value): Value {
  const lengths = op('Reshape', [op('StringLength', [texts]), ints([-1])]);
  return op('Maximum', [op('Max', [lengths, ints([0])]), scalar(1, 'int32')]);
}
