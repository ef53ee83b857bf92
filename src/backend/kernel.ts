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
import { UserError } from '../base/errors.ts';
import { userFrame } from '../base/userFrame.ts';
import { eagerExecutor, executor, type DTypeName, type EagerTensor, type Value } from '../tensor/index.ts';
import { backendName, dataOf } from './backend.ts';
import { runsInFloat32 } from './dtypes/detours.ts';
import { installDisguise } from './dtypes/disguise.ts';
import { match } from './dtypes/matching.ts';
import { isMore, moreDtypesInUse } from './dtypes/moreDtypes.ts';
import { op } from './operations.ts';
import { resourceOf } from './resources.ts';
import { own, scoped, take } from './scope.ts';
import { TensorData } from './tensorData.ts';

// What kernels are written with.
export { constant, hostValue, ints, pairs, scalar, text } from './constants.ts';
export { op, ops, shapeOf, withShape } from './operations.ts';
export { scoped } from './scope.ts';

/** The inputs of a TF.js kernel, with values in place of its tensors. */
export type ValuesOf<I> = { [K in keyof I]: NonNullable<I[K]> extends TensorInfo ? Value : I[K] };

/**
 * Registers a kernel of TF.js.
 *
 * @param name - TF.js's name of the kernel, for example `Conv2D`.
 * @param compute - Computes the output, or the outputs, with `op`, `ops` and constants.
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
  return { dataId: new TensorData(take(value)), shape, dtype: value.dtype as TensorInfo['dtype'] };
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
