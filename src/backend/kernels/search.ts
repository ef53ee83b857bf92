/** Kernels that sort, search and count. */
import type {
  BincountAttrs,
  BincountInputs,
  DenseBincountAttrs,
  DenseBincountInputs,
  LowerBoundInputs,
  SearchSortedAttrs,
  SearchSortedInputs,
  TopKAttrs,
  TopKInputs,
  UniqueAttrs,
  UniqueInputs,
} from '@tensorflow/tfjs-core';
import type { Value } from '../../tensor/index.ts';
import { ints, kernel, op, ops, scalar } from '../kernel.ts';
import { toNumbers } from './dtypes.ts';

kernel<TopKInputs, TopKAttrs>('TopK', ({ x }, { k, sorted }) =>
  ops('TopKV2', [toNumbers(x), scalar(k, 'int32')], { sorted }),
);

// The number of distinct values depends on the data: this runs eagerly only.
kernel<UniqueInputs, UniqueAttrs>('Unique', ({ x }, { axis }) => {
  if (x.dtype !== 'float32') return ops('UniqueV2', [x, ints([axis])]);
  const [values, indices] = ops('UniqueV2', [toBits(x), ints([axis])]) as [Value, Value];
  return [op('Bitcast', [values], { type: { type: 'float32' } }), indices];
});

kernel<SearchSortedInputs, SearchSortedAttrs>('SearchSorted', ({ sortedSequence, values }, { side }) =>
  op(side === 'left' ? 'LowerBound' : 'UpperBound', [sortedSequence, values]),
);

for (const name of ['LowerBound', 'UpperBound']) {
  kernel<LowerBoundInputs>(name, ({ sortedSequence, values }) => op(name, [sortedSequence, values]));
}

kernel<BincountInputs, BincountAttrs>('Bincount', ({ x, weights }, { size }) =>
  op('Bincount', [x, scalar(size, 'int32'), weights]),
);

kernel<DenseBincountInputs, DenseBincountAttrs>('DenseBincount', ({ x, weights }, { size, binaryOutput = false }) =>
  op('DenseBincount', [x, scalar(size, 'int32'), weights], { binary_output: binaryOutput }),
);

/** Equal bits for equal numbers, and for NaN: TensorFlow takes each NaN for a value of its own, TF.js does not. */
function toBits(x: Value): Value {
  const zeros = op('AddV2', [x, scalar(0)]); // -0 + 0 is 0.
  const numbers = op('SelectV2', [op('IsNan', [x]), scalar(NaN), zeros]);
  return op('Bitcast', [numbers], { type: { type: 'int32' } });
}
