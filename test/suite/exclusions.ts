/** Specs of TF.js's own suite that fail here, each for a reason. One that passes must leave the list. */

/** Specs that fail for the same reason. */
export interface Exclusion {
  readonly reason: string;
  /** What each of them says where it fails: it may not fail in any other way. */
  readonly failsWith: RegExp;
  /** Their names; the second spec of the same name ends in `(2)`. */
  readonly specs: readonly string[];
}

export const exclusions: readonly Exclusion[] = [
  {
    reason:
      'The mistake is refused. The spec asks for the exact text of the error of TF.js; ours has ' +
      'a code, the rule and what to do around the same statement.',
    failsWith: /(threw an exception|was rejected) with .*\[TFD_(OP_INVALID_ARGUMENT|EINSUM_OUTPUT)\] /,
    specs: [
      'einsum nonexistent dimension throws error',
      'gather throws when index is out of bound',
      'raggedGather  OutOfBounds',
      'raggedGather  InvalidSplitsNotSorted',
      'raggedGather  InvalidSplitsNegative',
      'raggedGather  InvalidSplitsEmpty',
      'raggedGather  InvalidSplitsTooBig',
      'raggedGather  BadValuesShape',
      'raggedRange  RangeSizeOverflow',
      'raggedRange  InvalidArgsStarts',
      'raggedRange  InvalidArgsLimits',
      'raggedRange  InvalidArgsDeltas',
      'raggedRange  InvalidArgsShapeMismatch',
      'raggedRange  InvalidArgsZeroDelta',
      'sparseFillEmptyRows throw error if negative row',
      'sparseFillEmptyRows throw error if row exceeds number of dense rows',
      'sparseReshape throw error if negative output dim',
      'sparseSegmentMean throw error if segment ids are not increasing',
      'sparseSegmentMean throw error if segment id is out of range',
      'sparseSegmentMean throw error if segment id is out of range and negative',
      'sparseSegmentMean throw error if segment id is negative',
      'sparseSegmentMean throw error if segment id is negative and there is a hole',
      'sparseSegmentSum segments invalid 2',
      'sparseSegmentSum segments invalid 3',
      'sparseSegmentSum segments invalid 4',
      'sparseSegmentSum segments invalid 6',
      'sparseSegmentSum segments invalid 7',
    ],
  },
  {
    reason: 'The spec asks for an error where TF.js cannot do something. It works here.',
    failsWith: /^Expected function to throw an Error\.$/,
    specs: [
      'depthwiseConv2d gradients throws error on dilations > 1',
      'einsum 2d matrix calculate trace: duplicate axes not implemented yet',
    ],
  },
  {
    reason:
      'TF.js takes a pooling with windows of one element for the identity, and so ignores the padding and the stride ' +
      'that the spec gives. The windows in the padding have no element, and the last one has the last element.',
    failsWith: /^Error: Arrays differ: actual\[0\] = (0|-3\.4028234663852886e\+38), expected\[0\] = 1\./,
    specs: [
      'pool max x=[2,2,3] f=[1,1] s=2 p=1 fractional outputs default rounding',
      'pool avg x=[2,2,3] f=[1,1] s=2 p=1 fractional outputs default rounding',
    ],
  },
  {
    reason:
      'With explicit padding, TF.js divides the average by the number of elements inside of the input, but its ' +
      'gradient by the size of the window. Here the gradient belongs to the average: finite differences agree.',
    failsWith: /^Error: Arrays differ: actual\[1\] = 1\.75, expected\[1\] = 1\./,
    specs: ['avgPool gradient x=[3,3,1] f=[3,3] s=1 p=explicit'],
  },
  {
    reason: 'A window larger than the input gives an empty tensor in TF.js. TensorFlow refuses it, as a mistake.',
    failsWith: /TensorFlow refused AvgPool3D: (Computed output size would be negative|Negative dimension)/,
    specs: ['avgPool3d x=[1,1,1,1,1] f=[1,1,3] s=1 p=valid'],
  },
  {
    reason:
      'The shapes contradict each other: no convolution of a 4x4 image with stride 1 and padding `same` has 8x8 ' +
      'outputs. TF.js ignores the outputs that are too many; TensorFlow refuses them.',
    failsWith: /TensorFlow refused Conv2DBackpropInput/,
    specs: ['conv2dTranspose input=8x8x8,output=4x4x8,f=8,s=1,inDepth=8,p=same vec4'],
  },
  {
    reason:
      'The spec asks for null where no text was set. A tensor of TensorFlow holds texts: here it is the empty one.',
    failsWith: /^Error: Arrays differ: actual\[1\] = , expected\[1\] = null\./,
    specs: ['tf.buffer string'],
  },
  {
    reason:
      'One of the results is a neighbour of the float32 that the spec expects: at 30144 the two are 0.002 apart, and ' +
      'the spec allows 0.001.',
    failsWith: /^Error: Arrays differ: actual\[2\] = 30144\.177734375, expected\[2\] = 30144\.17578125\./,
    specs: ['tan numbers exceed float32 precision'],
  },
];

/** With each kernel traced into a graph. */
export const exclusionsWhileTraced: readonly Exclusion[] = [
  ...exclusions,
  {
    reason: 'As for the texts above: a mistake that is found while tracing has another text.',
    failsWith: /threw an exception with .*\[TFD_OP_INVALID_ARGUMENT\] /,
    specs: ['einsum mismatched dimensions throws error', 'einsum incorrect number of tensors throws error'],
  },
  {
    reason:
      "TensorFlow puts oneDNN's softmax into graphs, which gives NaN for the elements that are NaN, but 0 for the " +
      'others of their row. Python gives the same.',
    failsWith: /^Error: Arrays differ: actual\[0\] = 0, expected\[0\] = NaN\.\nActual: {3}0,0,NaN\./,
    specs: ['softmax Propagates NaNs'],
  },
];
