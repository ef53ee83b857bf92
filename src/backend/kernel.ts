/**
 * How kernels are written: as functions from values to values, in terms of TensorFlow's operations. What a kernel
 * makes on the way is given back when it returns.
 */
import {
  engine,
  registerKernel,
  Variable,
  type NamedAttrMap,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { InternalError, UserError } from '../base/errors.ts';
import { userFrame } from '../base/userFrame.ts';
import {
  eagerExecutor,
  EagerTensor,
  executor,
  type Attributes,
  type DTypeName,
  type HostArray,
  type Input,
  type Value,
} from '../tensor/index.ts';
import { backendName, dataOf } from './backend.ts';
import { runsInFloat32 } from './dtypes/detours.ts';
import { installDisguise } from './dtypes/disguise.ts';
import { match } from './dtypes/matching.ts';
import { isMore, moreDtypesInUse } from './dtypes/moreDtypes.ts';
import { TensorData } from './tensorData.ts';
import { resourceOf } from './resources.ts';

/** The inputs of a TF.js kernel, with values in place of its tensors. */
export type ValuesOf<I> = { [K in keyof I]: NonNullable<I[K]> extends TensorInfo ? Value : I[K] };

/** Tensors made by the kernel that runs now. */
let scope: EagerTensor[] = [];
const own = (tensor: EagerTensor): void => void scope.push(tensor);

/**
 * Registers a kernel of TF.js.
 *
 * @param name - TF.js's name of the kernel, for example `Conv2D`.
 * @param compute - Computes the output, or the outputs, with `op`, `ops` and the constants below.
 */
export function kernel<I extends object, A extends object = object>(
  name: string,
  compute: (inputs: ValuesOf<I>, attributes: A) => Value | Value[],
): void {
  registerKernel({
    kernelName: name,
    backendName,
    kernelFunc: ({ inputs, attrs }) => {
      const body = (values: unknown): Value | Value[] => compute(values as ValuesOf<I>, attrs as NamedAttrMap & A);
      return moreDtypesInUse() ? runMatched(name, inputs, body) : run(() => body(toValues(inputs)));
    },
  });
}

/** Runs `compute` on the inputs of a kernel, with their dtypes brought together. */
function runMatched(
  kernelName: string,
  inputs: object,
  compute: (values: unknown) => Value | Value[],
): TensorInfo | TensorInfo[] {
  const matching = match(inputs as Parameters<typeof match>[0]);
  let narrowed: DTypeName | undefined;
  const prepare = (value: Value, name: string): Value => {
    const dtype = matching.dtypeFor(name, value.dtype);
    if (!runsInFloat32(kernelName, dtype)) return cast(value, dtype);
    narrowed = dtype;
    return cast(value, 'float32');
  };
  const restore = (value: Value): Value =>
    narrowed !== undefined && value.dtype === 'float32' ? cast(value, narrowed) : value;
  const result = run(() => {
    const values = compute(prepared(toValues(inputs), prepare));
    return Array.isArray(values) ? values.map(restore) : restore(values);
  });
  for (const info of [result].flat()) matching.note(info);
  return result;
}

function cast(value: Value, dtype: DTypeName): Value {
  return value.dtype === dtype ? value : op('Cast', [value], { DstT: { type: dtype } });
}

/** Runs `compute` as the body of a kernel: gives back what it made, except for its outputs. */
export function run(compute: () => Value | Value[]): TensorInfo | TensorInfo[] {
  return scoped(() => {
    const result = compute();
    if (!Array.isArray(result)) return toTensorInfo(result);
    result.forEach(staticShape); // None is made where one cannot be.
    return result.map(toTensorInfo);
  });
}

/** Runs `fn`, and gives back what operations in it have made, except for what `toTensorInfo` took. */
export function scoped<T>(fn: () => T): T {
  const outer = scope;
  scope = [];
  try {
    return fn();
  } finally {
    for (const tensor of scope) tensor.dispose();
    scope = outer;
  }
}

/** Runs TensorFlow's operation `name` and gives all of its outputs. */
export function ops(name: string, inputs: readonly Input[], attributes: Attributes = {}): Value[] {
  const outputs = executor().execute(name, inputs, attributes);
  for (const output of outputs) if (output instanceof EagerTensor) own(output);
  return outputs;
}

/** Runs TensorFlow's operation `name` and gives its first output. */
export function op(name: string, inputs: readonly Input[], attributes: Attributes = {}): Value {
  const [output] = ops(name, inputs, attributes);
  if (output === undefined) throw new InternalError(`${name} has no output.`);
  return output;
}

/** `value` with a shape that TensorFlow cannot infer while tracing. */
export function withShape(value: Value, shape: readonly number[]): Value {
  return value instanceof EagerTensor ? value : value.graph.withShape(value, shape);
}

/** A TF.js tensor of a value that was made in the scope in force. */
export function toTensor(value: Value): Tensor {
  // First: the first tensor of some dtypes changes the engine.
  const info = toTensorInfo(value);
  return engine().makeTensorFromTensorInfo(info);
}

/** A TF.js tensor that takes over the ownership of `value`, which was made outside of any scope. */
export function adopt(value: EagerTensor): Tensor {
  own(value);
  return toTensor(value);
}

/** The value of a TF.js tensor, for an operation that runs now or is traced. */
export function toValue(tensor: TensorInfo): Value {
  const data = dataOf(tensor.dataId);
  if (data.variable === undefined && executor() !== eagerExecutor() && tensor instanceof Variable) {
    // A variable that compiled code uses must live in TensorFlow, so that the code sees later changes.
    return resourceOf(tensor as Variable).read();
  }
  return data.value(own);
}

/** A scalar of the given dtype (float32 by default). */
export function scalar(value: number, dtype: DTypeName = 'float32'): Value {
  return constant([value], [], dtype);
}

/** A vector of int32. */
export function ints(values: readonly number[]): Value {
  return constant(values, [values.length], 'int32');
}

/** A matrix of int32 with two columns: paddings or crops, before and after, for each dimension. */
export function pairs(values: readonly (readonly number[])[]): Value {
  return constant(values.flat(), [values.length, 2], 'int32');
}

/** A scalar of dtype string. */
export function text(value: string): Value {
  const tensor = executor().constant([Buffer.from(value)], [], 'string');
  if (tensor instanceof EagerTensor) own(tensor);
  return tensor;
}

/** A tensor of the same number of dimensions as the last argument says, with the values given in row-major order. */
export function constant(values: readonly number[], shape: readonly number[], dtype: DTypeName): Value {
  if (executor() !== eagerExecutor()) return makeConstant(values, shape, dtype);
  const key = `${dtype} ${shape.join()} ${values.join()}`;
  let tensor = constants.get(key);
  if (tensor === undefined) {
    tensor = makeConstant(values, shape, dtype) as EagerTensor;
    if (constants.size < maxConstants) constants.set(key, tensor);
    else own(tensor);
  }
  return tensor;
}

/** A tensor with many values, given in row-major order; `constant` is for the small ones that come again. */
export function hostValue(values: ArrayLike<number | bigint>, shape: readonly number[], dtype: DTypeName): Value {
  const value = makeConstant(values, shape, dtype);
  if (value instanceof EagerTensor) own(value);
  return value;
}

/** The caller owns the result where it is an eager tensor. */
function makeConstant(values: ArrayLike<number | bigint>, shape: readonly number[], dtype: DTypeName): Value {
  if (dtype !== 'float16' && dtype !== 'bfloat16') return executor().constant(toHost(values, dtype), shape, dtype);
  const wide = executor().constant(toHost(values, 'float32'), shape, 'float32');
  const [narrow] = executor().execute('Cast', [wide], { DstT: { type: dtype } });
  if (wide instanceof EagerTensor) wide.dispose();
  return narrow as Value;
}

/** Small constants that operations ask for again and again: axes, shapes, paddings. */
const constants = new Map<string, EagerTensor>();
const maxConstants = 4096;

/** The dimensions of `value`. @throws InternalError where they are not all known while tracing. */
export function shapeOf(value: Value): number[] {
  const { shape } = value;
  if (shape === undefined || shape.includes(-1)) {
    throw new InternalError(
      `A kernel needs the shape of a value, and TensorFlow infers only [${shape?.join() ?? '?'}].`,
    );
  }
  return [...shape];
}

function toHost(values: ArrayLike<number | bigint>, dtype: DTypeName): HostArray {
  const numbers = values as ArrayLike<number>;
  switch (dtype) {
    case 'float32':
    case 'complex64':
      return Float32Array.from(numbers);
    case 'float64':
      return Float64Array.from(numbers);
    case 'int32':
      return Int32Array.from(numbers);
    case 'bool':
    case 'uint8':
      return Uint8Array.from(numbers);
    case 'uint64':
      return BigUint64Array.from(Array.from(values, toBigInt));
    case 'int64':
      return BigInt64Array.from(Array.from(values, toBigInt));
    default:
      throw new InternalError(`Constants of dtype ${dtype} are not made from numbers.`);
  }
}

function toBigInt(value: number | bigint): bigint {
  return typeof value === 'bigint' ? value : BigInt(Math.trunc(value));
}

function toValues(inputs: object): unknown {
  if (Array.isArray(inputs)) return inputs.map((input: TensorInfo) => toValue(input));
  const values: Record<string, unknown> = {};
  for (const [name, input] of Object.entries(inputs as Record<string, TensorInfo | TensorInfo[] | null | undefined>)) {
    if (input == null) continue;
    values[name] = Array.isArray(input) ? input.map((part) => toValue(part)) : toValue(input);
  }
  return values;
}

/** What `toValues` gives, with each value prepared by the name of its input. */
function prepared(values: unknown, prepare: (value: Value, name: string) => Value): unknown {
  if (Array.isArray(values)) return (values as Value[]).map((value, index) => prepare(value, String(index)));
  const entries = Object.entries(values as Record<string, Value | Value[]>).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map((part) => prepare(part, name)) : prepare(value, name),
  ]);
  return Object.fromEntries(entries);
}

/** A TF.js tensor's description, which takes over the ownership of `value`. */
export function toTensorInfo(value: Value): TensorInfo {
  const shape = staticShape(value);
  if (isMore(value.dtype)) installDisguise();
  let owned = value;
  if (value instanceof EagerTensor) {
    const index = scope.indexOf(value);
    if (index >= 0) scope.splice(index, 1);
    else owned = value.share();
  }
  return { dataId: new TensorData(owned), shape, dtype: value.dtype as TensorInfo['dtype'] };
}

function staticShape(value: Value): number[] {
  const { shape } = value;
  if (shape === undefined || shape.includes(-1)) throw dynamicShape(shape);
  return shape as number[];
}

function dynamicShape(shape: readonly number[] | undefined): UserError {
  return new UserError({
    code: 'TFD_TRACE_DYNAMIC_SHAPE',
    rule: 'Inside a function that tf.function() compiles, the shape of every tensor must follow from shapes alone.',
    received: `a result of shape [${shape?.map((dim) => (dim < 0 ? '?' : dim)).join(', ') ?? '?'}] at ${userFrame() ?? 'an unknown line'}`,
    remedy: 'Do this step outside of the compiled function, or use an operation with a fixed shape (a mask, padding).',
  });
}
