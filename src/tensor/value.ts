/** The two kinds of value that operations take and give: tensors that exist now, and outputs of a graph being traced. */
import { UserError } from '../base/errors.ts';
import { check, library, status, type EagerTensorHandle, type Output } from '../native/index.ts';
import { dtypeName, type DTypeName } from './dtype.ts';
import type { TracingGraph } from './tracingGraph.ts';

/** A tensor, in memory or in a graph. A shape of undefined, or a dimension of -1, is not known while tracing. */
export type Value = EagerTensor | GraphTensor;

/** One input of an operation: a value, or a list of values for an operation that takes a list. */
export type Input = Value | readonly Value[];

/** Whether an operation takes a list in this place. */
export function isList(input: Input): input is readonly Value[] {
  return Array.isArray(input);
}

let liveTensors = 0;

/** Number of eager tensors of this process that have not been disposed. */
export function numLiveTensors(): number {
  return liveTensors;
}

/** A tensor that exists: owns one `TFE_TensorHandle`. Dispose it, or its memory stays. */
export class EagerTensor {
  readonly dtype: DTypeName;
  #handle: EagerTensorHandle | undefined;
  #shape: readonly number[] | undefined;

  constructor(handle: EagerTensorHandle) {
    this.#handle = handle;
    this.dtype = dtypeName(library().TFE_TensorHandleDataType(handle));
    liveTensors += 1;
  }

  /** The native handle. @throws UserError `TFD_TENSOR_DISPOSED` after `dispose`. */
  get handle(): EagerTensorHandle {
    if (this.#handle === undefined) throw disposedTensor();
    return this.#handle;
  }

  get isDisposed(): boolean {
    return this.#handle === undefined;
  }

  get shape(): readonly number[] {
    return (this.#shape ??= this.#readShape());
  }

  /** Full name of the device in whose memory it is, or of that of the variable it refers to. Waits for its values. */
  get device(): string {
    const { TFE_TensorHandleBackingDeviceName, TFE_TensorHandleDeviceName } = library();
    const nameOf = this.dtype === 'resource' ? TFE_TensorHandleDeviceName : TFE_TensorHandleBackingDeviceName;
    const name = nameOf(this.handle, status());
    check('the device of a tensor');
    return name;
  }

  /** Another owner of the same memory. */
  share(): EagerTensor {
    const handle = library().TFE_TensorHandleCopySharingTensor(this.handle, status());
    check('a copy of a tensor');
    return new EagerTensor(handle);
  }

  dispose(): void {
    if (this.#handle === undefined) return;
    library().TFE_DeleteTensorHandle(this.#handle);
    this.#handle = undefined;
    liveTensors -= 1;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #readShape(): readonly number[] {
    const tf = library();
    const numDims = tf.TFE_TensorHandleNumDims(this.handle, status());
    const shape: number[] = [];
    for (let i = 0; i < numDims; i++) shape.push(tf.TFE_TensorHandleDim(this.handle, i, status()));
    return shape;
  }
}

/** An output of an operation in a graph: has a dtype and a shape, and no value yet. */
export class GraphTensor {
  readonly graph: TracingGraph;
  readonly output: Output;
  readonly dtype: DTypeName;
  readonly shape: readonly number[] | undefined;
  /** Position of the operation in the order of tracing: an operation's inputs have lower numbers. */
  readonly order: number;

  constructor(
    graph: TracingGraph,
    output: Output,
    dtype: DTypeName,
    shape: readonly number[] | undefined,
    order: number,
  ) {
    this.graph = graph;
    this.output = output;
    this.dtype = dtype;
    this.shape = shape;
    this.order = order;
  }
}

/** The error for a tensor that is used after its memory was given back. */
export function disposedTensor(): UserError {
  return new UserError({
    code: 'TFD_TENSOR_DISPOSED',
    rule: 'A tensor can be used only until it is disposed.',
    received: 'a tensor that dispose() or the end of a tf.tidy() has given back',
    remedy: 'Return the tensor from tf.tidy(), mark it with tf.keep(), or dispose it later.',
  });
}
