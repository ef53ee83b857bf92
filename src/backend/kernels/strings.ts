/** Kernels on text. */
import type {
  StaticRegexReplaceAttrs,
  StaticRegexReplaceInputs,
  StringNGramsAttrs,
  StringNGramsInputs,
  StringSplitAttrs,
  StringSplitInputs,
  StringToHashBucketFastAttrs,
  StringToHashBucketFastInputs,
} from '@tensorflow/tfjs-core';
import type { Value } from '../../tensor/index.ts';
import { kernel, op, ops } from '../kernel.ts';
import { cast } from './dtypes.ts';

kernel<StringSplitInputs, StringSplitAttrs>('StringSplit', ({ input, delimiter }, { skipEmpty }) => {
  const [indices, values, shape] = ops('StringSplit', [input, delimiter], { skip_empty: skipEmpty }) as [
    Value,
    Value,
    Value,
  ];
  return [cast(indices, 'int32'), values, cast(shape, 'int32')];
});

kernel<StringNGramsInputs, StringNGramsAttrs>('StringNGrams', ({ data, dataSplits }, attrs) =>
  ops('StringNGrams', [data, dataSplits], {
    separator: attrs.separator,
    ngram_widths: { ints: attrs.nGramWidths },
    left_pad: attrs.leftPad,
    right_pad: attrs.rightPad,
    pad_width: { int: attrs.padWidth },
    preserve_short_sequences: attrs.preserveShortSequences,
  }),
);

kernel<StringToHashBucketFastInputs, StringToHashBucketFastAttrs>('StringToHashBucketFast', ({ input }, attrs) =>
  cast(op('StringToHashBucketFast', [input], { num_buckets: { int: attrs.numBuckets } }), 'int32'),
);

// The pattern and the rewrite are in RE2's syntax, as in TensorFlow.
kernel<StaticRegexReplaceInputs, StaticRegexReplaceAttrs>('StaticRegexReplace', ({ x }, attrs) =>
  op('StaticRegexReplace', [x], {
    pattern: attrs.pattern,
    rewrite: attrs.rewrite,
    replace_global: attrs.replaceGlobal,
  }),
);
