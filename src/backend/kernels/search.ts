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
import { ints, kernel, op, ops, scalar } from '../kernel.ts';
import { toNumbers } from './dtypes.ts';

kernel<TopKInputs, TopKAttrs>('TopK', ({ x }, { k, sorted }) =>
  ops('TopKV2', [toNumbers(x), scalar(k, 'int32')], { sorted }),
);

// The number of distinct values depends on the data: this runs eagerly only.
kernel<UniqueInputs, UniqueAttrs>('Unique', ({ x }, { axis }) => ops('UniqueV2', [x, ints([axis])]));

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
