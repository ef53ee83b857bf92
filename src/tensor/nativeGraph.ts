/** TensorFlow's side of a graph that is being traced: takes operations, and tells what TensorFlow infers of them. */
import {
  check,
  library,
  status,
  type GraphHandle,
  type OperationDescriptionHandle,
  type OperationHandle,
  type Output,
} from '../native/index.ts';
import { int64s } from './attributes.ts';
import { OperationAttributes } from './operationAttributes.ts';
import type { OperationLog } from './operationLog.ts';
import type { GraphTensor } from './value.ts';

/** Sets the inputs and attributes of an operation. */
type Describe = (description: OperationDescriptionHandle, attributes: OperationAttributes) => void;

export class NativeGraph {
  readonly handle: GraphHandle;
  readonly #log: OperationLog;
  readonly #names = new Map<OperationHandle, string>();
  readonly #attributes = new OperationAttributes();
  #isOpen = true;

  /** @param log - Counts and remembers the operations, those of other graphs of the function too. */
  constructor(log: OperationLog) {
    this.handle = library().TF_NewGraph();
    this.#log = log;
  }

  /** Whether `close` was not called yet. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Adds one operation. @param device - Where it runs; TensorFlow chooses where it is left out. */
  add(op: string, describe: Describe, device?: string): OperationHandle {
    const tf = library();
    const name = `${op}_${this.#log.size}`;
    const description = tf.TF_NewOperation(this.handle, op, name);
    this.#attributes.description = description;
    let operation: OperationHandle | null = null;
    try {
      if (device !== undefined) tf.TF_SetDevice(description, device);
      describe(description, this.#attributes);
    } finally {
      // Also after an error: finishing is the only way to give the description back.
      operation = tf.TF_FinishOperation(description, status());
    }
    check(op);
    if (operation === null) throw new TypeError(`${op} was not added to the graph.`);
    this.#names.set(operation, name);
    return operation;
  }

  /** Puts an operation into the log, with the operations that it waits for. */
  note(
    op: string,
    operation: OperationHandle,
    outputs: readonly GraphTensor[],
    inputs: readonly GraphTensor[] = [],
    earlier: Iterable<OperationHandle> = [],
    device?: string,
  ): void {
    this.#log.add({
      name: this.#nameOf(operation),
      op,
      inputs: [
        ...inputs.map((input) => this.#outputName(input)),
        ...Array.from(earlier, (handle) => `^${this.#nameOf(handle)}`),
      ],
      outputs: outputs.map(({ dtype, shape }) => ({ dtype, shape })),
      device,
    });
  }

  /** Lets `operation`, which has one input, take `source` instead: also one that was added after it. */
  replaceInput(operation: OperationHandle, source: GraphTensor): void {
    library().TF_UpdateEdge(this.handle, source.output, { oper: operation, index: 0 }, status());
    check('the input of an operation');
    this.#log.setInputs(this.#nameOf(operation), [this.#outputName(source)]);
  }

  /** The shape that TensorFlow infers, with -1 for a dimension, and undefined for a shape, that it does not know. */
  inferredShape(output: Output): number[] | undefined {
    const tf = library();
    const numDims = tf.TF_GraphGetTensorNumDims(this.handle, output, status());
    check('an output');
    if (numDims < 0) return undefined;
    const dims = new BigInt64Array(Math.max(1, numDims));
    tf.TF_GraphGetTensorShape(this.handle, output, dims, numDims, status());
    check('the shape of an output');
    return Array.from(dims.subarray(0, numDims), Number);
  }

  /** States a shape that TensorFlow cannot infer. */
  setShape(output: Output, shape: readonly number[]): void {
    library().TF_GraphSetTensorShape(this.handle, output, int64s(shape), shape.length, status());
    check('a stated shape');
  }

  #nameOf(operation: OperationHandle): string {
    return this.#names.get(operation) ?? '';
  }

  #outputName({ output: { oper, index } }: GraphTensor): string {
    return index === 0 ? this.#nameOf(oper) : `${this.#nameOf(oper)}:${index}`;
  }

  /** Gives the graph's memory back. */
  close(): void {
    this.#isOpen = false;
    library().TF_DeleteGraph(this.handle);
  }
}
