/**
 * Constants that hold the number of samples, as operations that compute them from it: a trace holds it in constants such
 * as the shape `[47, 10]` that a layer gives its output.
 *
 * @throws UserError `TFD_SAVED_MODEL_BATCH` where two traces differ in anything but such constants.
 */
import type { NodeDef, TensorProto } from '../../native/protos/index.ts';
import { DataType } from '../../native/protos/index.ts';
import { fixedBatch } from './errors.ts';
import { ints, type, type Node } from './nodes.ts';

/** Two numbers of samples, and the value that holds the number in the function that is made. */
export interface Sizes {
  readonly sizes: readonly [number, number];
  readonly numSamples: string;
}

/** Operations that compute what is `a` for one number of samples and `b` for the other; the last has the name of `a`. */
export function computed(a: NodeDef, b: NodeDef, sizes: Sizes): Node[] {
  const { name } = a;
  const [first, second] = [a, b].map(constantOf);
  if (first === undefined || second === undefined || name !== b.name || first.dtype !== second.dtype) {
    throw fixedBatch(`the operation ${name} (${a.op})`);
  }
  const [firstShape, secondShape] = [shapeOf(first), shapeOf(second)];
  const isSameShape = firstShape.join() === secondShape.join();
  if (isSameShape && first.dtype === DataType.DT_INT32) {
    const result = `${name}/sum`;
    const nodes = vector(name, numbersOf(first, firstShape), numbersOf(second, secondShape), firstShape, sizes, result);
    return [...nodes, { name, op: 'Identity', input: [`${result}:z:0`], attr: { T: type(DataType.DT_INT32) } }];
  }
  const value = fillingOf(first);
  if (isSameShape || value === undefined || !isSameFilling(value, fillingOf(second))) {
    throw fixedBatch(`the constant ${name}`);
  }
  const dims = `${name}/dims`;
  const tensor = { dtype: first.dtype, tensorShape: {}, tensorContent: value };
  return [
    ...vector(name, firstShape, secondShape, [firstShape.length], sizes, dims),
    {
      name: `${name}/value`,
      op: 'Const',
      attr: { dtype: type(first.dtype), value: { value: { case: 'tensor', value: tensor } } },
    },
    {
      name,
      op: 'Fill',
      input: [`${dims}:z:0`, `${name}/value:output:0`],
      attr: { T: type(first.dtype), index_type: type(DataType.DT_INT32) },
    },
  ];
}

/** An int32 tensor `result`, in which each element that differs is a multiple of the number of samples. */
function vector(
  name: string,
  first: readonly number[],
  second: readonly number[],
  dims: readonly number[],
  { sizes: [firstSize, secondSize], numSamples }: Sizes,
  result: string,
): Node[] {
  const factors = first.map((value, index) => {
    if (value === second[index]) return 0;
    const factor = value / firstSize;
    if (!Number.isInteger(factor) || factor * secondSize !== second[index]) throw fixedBatch(`the constant ${name}`);
    return factor;
  });
  const fixed = first.map((value, index) => (factors[index] === 0 ? value : 0));
  const int32 = { T: type(DataType.DT_INT32) };
  return [
    ints(`${name}/factors`, factors, dims),
    ints(`${name}/fixed`, fixed, dims),
    { name: `${name}/product`, op: 'Mul', input: [`${name}/factors:output:0`, numSamples], attr: int32 },
    { name: result, op: 'AddV2', input: [`${name}/product:z:0`, `${name}/fixed:output:0`], attr: int32 },
  ];
}

function constantOf({ op, attr }: NodeDef): TensorProto | undefined {
  const value = op === 'Const' ? attr['value']?.value : undefined;
  return value?.case === 'tensor' ? value.value : undefined;
}

function shapeOf({ tensorShape }: TensorProto): number[] {
  return (tensorShape?.dim ?? []).map(({ size }) => Number(size));
}

/** The elements of an int32 constant; TensorFlow writes one by itself where all are equal. */
function numbersOf({ tensorContent, intVal }: TensorProto, shape: readonly number[]): number[] {
  if (tensorContent.length > 0) return [...new Int32Array(Uint8Array.from(tensorContent).buffer)];
  const length = shape.reduce((product, size) => product * size, 1);
  return Array.from({ length }, (_, index) => intVal[Math.min(index, intVal.length - 1)] ?? 0);
}

/** The bytes of one element of a constant whose elements are all equal. */
function fillingOf({ tensorContent, dtype, tensorShape }: TensorProto): Uint8Array | undefined {
  const length = (tensorShape?.dim ?? []).reduce((product, { size }) => product * Number(size), 1);
  if (dtype === DataType.DT_STRING || tensorContent.length === 0) return undefined;
  const element = tensorContent.subarray(0, tensorContent.length / length);
  const isEqualThroughout = tensorContent.every((byte, index) => byte === element[index % element.length]);
  return isEqualThroughout ? element : undefined;
}

function isSameFilling(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && Buffer.compare(a, b) === 0;
}
