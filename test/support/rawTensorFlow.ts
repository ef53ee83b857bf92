/** Test support: TensorFlow's C API without our layers, to test the native library of collectives alone. */
import { library, readMemory, status, writeMemory, check } from '../../src/native/index.ts';
import type {
  ContextHandle,
  EagerTensorHandle,
  OperationHandle,
  Output,
  StatusHandle,
} from '../../src/native/index.ts';

/** TensorFlow's numbers of the dtypes that collectives take. */
export const dtypes = { float: 1, double: 2, int32: 3, int64: 9, bfloat16: 14, half: 19 } as const;

export type NumericArray = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint16Array;

export function newContext(): ContextHandle {
  const options = library().TFE_NewContextOptions();
  const context = library().TFE_NewContext(options, status());
  library().TFE_DeleteContextOptions(options);
  check('a context');
  return context;
}

export function newTensor(dtype: number, dims: number[], values: NumericArray): EagerTensorHandle {
  const tensor = library().TF_AllocateTensor(dtype, toDims(dims), dims.length, values.byteLength);
  if (tensor === null) throw new Error('no memory');
  writeMemory(library().TF_TensorData(tensor), values);
  const handle = library().TFE_NewTensorHandle(tensor, status());
  library().TF_DeleteTensor(tensor);
  check('a tensor');
  return handle;
}

/** Fills `into` with the values of a tensor, and deletes the tensor. */
export function takeValues<A extends NumericArray>(handle: EagerTensorHandle, into: A): A {
  const tensor = library().TFE_TensorHandleResolve(handle, status());
  check('the values');
  readMemory(into, library().TF_TensorData(tensor));
  library().TF_DeleteTensor(tensor);
  library().TFE_DeleteTensorHandle(handle);
  return into;
}

export type Attribute = number | string | { readonly type: number };

/** One op of a graph: `inputs` are single tensors, or lists for an input such as `N * T`. */
export interface GraphOp {
  readonly inputs: readonly (Output | readonly Output[])[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly after?: OperationHandle;
}

/** A graph under construction. */
export class TestGraph {
  private readonly graph = library().TF_NewGraph();
  private readonly placeholders: Output[] = [];
  private numOps = 0;

  placeholder(dtype: number, dims: number[]): Output {
    const description = library().TF_NewOperation(this.graph, 'Placeholder', `op${this.numOps++}`);
    library().TF_SetAttrType(description, 'dtype', dtype);
    library().TF_SetAttrShape(description, 'shape', toDims(dims), dims.length);
    const output = { oper: this.finish(description, 'Placeholder'), index: 0 };
    this.placeholders.push(output);
    return output;
  }

  op(name: string, { inputs, attributes = {}, after }: GraphOp): OperationHandle {
    const description = library().TF_NewOperation(this.graph, name, `op${this.numOps++}`);
    for (const input of inputs) {
      if ('oper' in input) library().TF_AddInput(description, input);
      else library().TF_AddInputList(description, input, input.length);
    }
    if (after !== undefined) library().TF_AddControlInput(description, after);
    for (const [key, value] of Object.entries(attributes)) {
      const text = typeof value === 'string' ? Buffer.from(value) : undefined;
      if (text !== undefined) library().TF_SetAttrString(description, key, text, text.length);
      else if (typeof value === 'number') library().TF_SetAttrInt(description, key, value);
      else if (typeof value === 'object') library().TF_SetAttrType(description, key, value.type);
    }
    return this.finish(description, name);
  }

  /** The inferred shape of an output; -1 for an unknown dimension. */
  shapeOf(output: Output): number[] {
    const numDims = library().TF_GraphGetTensorNumDims(this.graph, output, status());
    check('the rank');
    const dims = new BigInt64Array(numDims);
    library().TF_GraphGetTensorShape(this.graph, output, dims, numDims, status());
    check('the shape');
    return Array.from(dims, Number);
  }

  /** Makes a function of the placeholders, in their order, and adds it to the context. */
  toFunction(
    context: ContextHandle,
    name: string,
    outputs: readonly Output[],
    effects: readonly OperationHandle[] = [],
  ) {
    const inputs = this.placeholders;
    const fn = library().TF_GraphToFunctionWithControlOutputs(
      ...([this.graph, name, 0, -1, null, inputs.length, inputs, outputs.length, outputs, null] as const),
      ...([effects.length, BigUint64Array.from(effects), null, null, null, status()] as const),
    );
    check(`the function ${name}`);
    if (fn === null) throw new Error(`no function ${name}`);
    library().TFE_ContextAddFunction(context, fn, status());
    check(`the function ${name}`);
    return (...tensors: EagerTensorHandle[]) => execute(context, name, tensors, outputs.length);
  }

  private finish(description: Parameters<ReturnType<typeof library>['TF_FinishOperation']>[0], name: string) {
    const operation = library().TF_FinishOperation(description, status());
    check(name);
    if (operation === null) throw new Error(`no operation ${name}`);
    return operation;
  }
}

/** Runs a function off the event loop; rejects with TensorFlow's code and message. */
function execute(context: ContextHandle, name: string, inputs: readonly EagerTensorHandle[], numOutputs: number) {
  const own: StatusHandle = library().TF_NewStatus();
  const op = library().TFE_NewOp(context, name, own);
  for (const input of inputs) library().TFE_OpAddInput(op, input, own);
  const outputs = new BigUint64Array(numOutputs);
  const count = Int32Array.of(numOutputs);
  return new Promise<EagerTensorHandle[]>((resolve, reject) => {
    library().TFE_Execute.async(op, outputs, count, own, () => {
      library().TFE_DeleteOp(op);
      const code = library().TF_GetCode(own);
      const message = library().TF_Message(own);
      library().TF_DeleteStatus(own);
      // Using `count` here keeps it alive until TensorFlow has written to it: koffi holds only the callback.
      if (code === 0) resolve(Array.from(outputs.subarray(0, count[0])) as EagerTensorHandle[]);
      else reject(new Error(`code ${code}: ${message}`));
    });
  });
}

function toDims(dims: readonly number[]): BigInt64Array {
  return BigInt64Array.from(dims.map(BigInt));
}
