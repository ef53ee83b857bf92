/**
 * Records operations into a TensorFlow graph and makes a function of them. While it is the executor in force, tensors
 * from outside become captured inputs, and operations with side effects keep the order in which they were called.
 */
import { UserError } from '../base/errors.ts';
import {
  check,
  library,
  status,
  type GraphHandle,
  type OperationDescriptionHandle,
  type OperationHandle,
  type Output,
} from '../native/index.ts';
import { int64s, setAttributes, type Attributes } from './attributes.ts';
import { context } from './context.ts';
import { dataTypes, dtypeName, type DTypeName } from './dtype.ts';
import { EffectOrder } from './effectOrder.ts';
import type { Executor } from './executor.ts';
import { toNativeTensor, type HostArray } from './hostArray.ts';
import { OperationAttributes } from './operationAttributes.ts';
import { TracedFunction } from './tracedFunction.ts';
import type { EagerTensor } from './value.ts';
import { GraphTensor, isList, type Input, type Value } from './value.ts';

/** What to note about an operation once it is part of the graph. */
type WhenAdded = (operation: OperationHandle) => void;

let numGraphs = 0;

export class TracingGraph implements Executor {
  readonly #graph: GraphHandle;
  readonly #arguments: GraphTensor[] = [];
  readonly #captures = new Map<EagerTensor, { inside: GraphTensor; owned: EagerTensor }>();
  readonly #constants = new Map<string, GraphTensor>();
  readonly #effects = new EffectOrder();
  readonly #sink = new OperationAttributes();
  #numOperations = 0;

  constructor() {
    this.#graph = library().TF_NewGraph();
  }

  /** A new argument of the function being traced. */
  argument(dtype: DTypeName, shape: readonly number[]): GraphTensor {
    const argument = this.#placeholder(dtype, shape);
    this.#arguments.push(argument);
    return argument;
  }

  execute(op: string, inputs: readonly Input[], attributes: Attributes): GraphTensor[] {
    const inside = inputs.map((input) =>
      isList(input) ? input.map((value) => this.#inside(value)) : this.#inside(input),
    );
    const operation = this.#add(op, (description) => {
      const resources: GraphTensor[] = [];
      for (const input of inside) {
        if (input instanceof GraphTensor) {
          library().TF_AddInput(description, input.output);
          if (input.dtype === 'resource') resources.push(input);
        } else {
          const outputs = input.map((value) => value.output);
          library().TF_AddInputList(description, outputs, outputs.length);
        }
      }
      setAttributes(this.#sink, attributes);
      for (const earlier of this.#effects.before(op, resources)) library().TF_AddControlInput(description, earlier);
      return (added) => {
        this.#effects.add(op, resources, added);
      };
    });
    const numOutputs = library().TF_OperationNumOutputs(operation);
    return Array.from({ length: numOutputs }, (_, index) => this.#wrap({ oper: operation, index }));
  }

  constant(values: HostArray, shape: readonly number[], dtype: DTypeName): GraphTensor {
    const isSmall = ArrayBuffer.isView(values) && values.byteLength <= 256;
    const key = isSmall
      ? `${dtype} ${shape.join()} ${Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('latin1')}`
      : undefined;
    const known = key === undefined ? undefined : this.#constants.get(key);
    if (known !== undefined) return known;
    const operation = this.#add('Const', (description) => {
      const tensor = toNativeTensor(values, shape, dtype);
      library().TF_SetAttrTensor(description, 'value', tensor, status());
      library().TF_DeleteTensor(tensor);
      this.#sink.type('dtype', dataTypes[dtype]);
      return undefined;
    });
    const constant = this.#wrap({ oper: operation, index: 0 });
    if (key !== undefined) this.#constants.set(key, constant);
    return constant;
  }

  /** The same output, with a shape that TensorFlow could not infer. */
  withShape(tensor: GraphTensor, shape: readonly number[]): GraphTensor {
    library().TF_GraphSetTensorShape(this.#graph, tensor.output, int64s(shape), shape.length, status());
    check('a stated shape');
    return new GraphTensor(this, tensor.output, tensor.dtype, shape, tensor.order);
  }

  /** Makes a function of everything recorded, and gives the graph back. */
  finish(name: string, results: readonly Value[]): TracedFunction {
    const tf = library();
    const outputs = results.map((result) => this.#inside(result).output);
    const captures = [...this.#captures.values()];
    const inputs = [...this.#arguments, ...captures.map((capture) => capture.inside)].map((value) => value.output);
    const mustRun = BigUint64Array.from([...this.#effects.mustRun, 0n]);
    const uniqueName = `${name.replaceAll(/[^A-Za-z0-9_.]/g, '_') || 'function'}_${numGraphs++}`;
    const fn = tf.TF_GraphToFunctionWithControlOutputs(
      this.#graph,
      uniqueName,
      0,
      -1,
      null,
      inputs.length,
      inputs,
      outputs.length,
      outputs,
      null,
      this.#effects.mustRun.size,
      mustRun,
      null,
      null,
      null,
      status(),
    );
    check(`the function ${name}`);
    if (fn !== null) {
      tf.TFE_ContextAddFunction(context(), fn, status());
      tf.TF_DeleteFunction(fn);
      check(`the function ${name}`);
    }
    tf.TF_DeleteGraph(this.#graph);
    return new TracedFunction(
      uniqueName,
      captures.map((capture) => capture.owned),
      outputs.length,
    );
  }

  /** Gives the graph back without making a function of it. */
  discard(): void {
    for (const { owned } of this.#captures.values()) owned.dispose();
    library().TF_DeleteGraph(this.#graph);
  }

  /** `value` as seen inside the graph: a tensor from outside becomes a captured input. */
  #inside(value: Value): GraphTensor {
    if (value instanceof GraphTensor) {
      if (value.graph === this) return value;
      throw new UserError({
        code: 'TFD_TRACE_ESCAPED',
        rule: 'A tensor made while a function is traced exists only inside that function.',
        received: 'such a tensor, used while another function is traced',
        remedy: 'Return it from its function, and pass what the call gives as an argument.',
      });
    }
    const known = this.#captures.get(value);
    if (known !== undefined) return known.inside;
    const inside = this.#placeholder(value.dtype, value.dtype === 'resource' ? undefined : value.shape);
    this.#captures.set(value, { inside, owned: value.share() });
    return inside;
  }

  #placeholder(dtype: DTypeName, shape: readonly number[] | undefined): GraphTensor {
    const operation = this.#add('Placeholder', () => {
      this.#sink.type('dtype', dataTypes[dtype]);
      if (shape !== undefined) this.#sink.shape('shape', int64s(shape), shape.length);
      return undefined;
    });
    return new GraphTensor(this, { oper: operation, index: 0 }, dtype, shape, this.#numOperations);
  }

  /** Adds one operation; `describe` sets its inputs and attributes, and may return what is to be done once it exists. */
  #add(op: string, describe: (description: OperationDescriptionHandle) => WhenAdded | undefined): OperationHandle {
    const tf = library();
    const description = tf.TF_NewOperation(this.#graph, op, `${op}_${this.#numOperations++}`);
    this.#sink.description = description;
    let whenAdded;
    let operation: OperationHandle | null = null;
    try {
      whenAdded = describe(description);
    } finally {
      // Also after an error: finishing is the only way to give the description back.
      operation = tf.TF_FinishOperation(description, status());
    }
    check(op);
    if (operation === null) throw new TypeError(`${op} was not added to the graph.`);
    whenAdded?.(operation);
    return operation;
  }

  #wrap(output: Output): GraphTensor {
    const tf = library();
    const dtype = dtypeName(tf.TF_OperationOutputType(output));
    const numDims = tf.TF_GraphGetTensorNumDims(this.#graph, output, status());
    check('an output');
    if (numDims < 0) return new GraphTensor(this, output, dtype, undefined, this.#numOperations);
    const dims = new BigInt64Array(Math.max(1, numDims));
    tf.TF_GraphGetTensorShape(this.#graph, output, dims, numDims, status());
    check('the shape of an output');
    return new GraphTensor(this, output, dtype, Array.from(dims.subarray(0, numDims), Number), this.#numOperations);
  }
}
