/**
 * Records operations into a TensorFlow graph and makes a function of them. While it is the executor in force, tensors
 * from outside become captured inputs, and operations with side effects keep the order in which they were called.
 */
import { library, status, type Output } from '../native/index.ts';
import { int64s, setAttributes, type Attributes } from './attributes.ts';
import { currentDevice } from './devices.ts';
import { dataTypes, dtypeName, type DTypeName } from './dtype.ts';
import { EffectOrder, effectsOf, type PartEffects } from './effectOrder.ts';
import type { Executor } from './executor.ts';
import { addFunction, removeFunctions } from './functions.ts';
import { toNativeTensor, type HostArray } from './hostArray.ts';
import { NativeGraph } from './nativeGraph.ts';
import { OperationLog } from './operationLog.ts';
import { Surroundings, type Forward } from './surroundings.ts';
import { TracedFunction } from './tracedFunction.ts';
import { GraphTensor, isList, type Input, type Value } from './value.ts';

/** See `TracingGraph.later`. */
export interface LateValue {
  readonly value: GraphTensor;
  become(final: Value): void;
}

export class TracingGraph implements Executor {
  readonly #native: NativeGraph;
  readonly #parent: TracingGraph | undefined;
  readonly #arguments: GraphTensor[] = [];
  readonly #surroundings: Surroundings;
  readonly #constants = new Map<string, GraphTensor>();
  readonly #effects = new EffectOrder();
  readonly #log: OperationLog;
  /** Functions of the graphs inside this one and its parents, and what each does. */
  readonly #nested: Map<string, PartEffects>;

  /**
   * @param parent - The graph around, for a branch of a condition or a part of a loop.
   * @param forward - For the gradient of such a part.
   */
  constructor(parent?: TracingGraph, forward?: Forward) {
    this.#parent = parent;
    this.#surroundings = new Surroundings(parent, forward, (dtype, shape) => this.#placeholder(dtype, shape));
    this.#log = parent === undefined ? new OperationLog() : parent.#log;
    this.#nested = parent === undefined ? new Map<string, PartEffects>() : parent.#nested;
    this.#native = new NativeGraph(this.#log);
  }

  /** What the graph takes from the graph around it, in order. */
  get captures(): readonly Value[] {
    return [...this.#surroundings.captures.keys()];
  }

  /** Whether something happens in it beside the computation of its results. */
  get hasEffects(): boolean {
    return this.#effects.mustRun.size > 0;
  }

  /** A new argument of the function being traced. */
  argument(dtype: DTypeName, shape: readonly number[] | undefined): GraphTensor {
    const argument = this.#placeholder(dtype, shape);
    this.#arguments.push(argument);
    return argument;
  }

  /** `value` as seen inside the graph: a tensor from outside becomes a captured input. */
  inside(value: Value): GraphTensor {
    return value instanceof GraphTensor && value.graph === this ? value : this.#surroundings.take(value);
  }

  /** What `value`, of this graph, is in the graph around, where that is the same in each run; else undefined. */
  outside(value: GraphTensor): Value | undefined {
    return this.#surroundings.outside(value, (resource) => this.#effects.isChanged(resource));
  }

  execute(op: string, inputs: readonly Input[], attributes: Attributes): GraphTensor[] {
    const inside = inputs.map((input) =>
      isList(input) ? input.map((value) => this.inside(value)) : this.inside(input),
    );
    const flat = inside.flat();
    const effects = effectsOf(op, flat, this.#partsOf(attributes));
    const earlier = this.#effects.before(effects);
    // Operations on variables run where the variable is.
    const device = effects.uses.length === 0 ? currentDevice() : undefined;
    const operation = this.#native.add(
      op,
      (description, sink) => {
        for (const input of inside) {
          if (input instanceof GraphTensor) {
            library().TF_AddInput(description, input.output);
          } else {
            const outputs = input.map((value) => value.output);
            library().TF_AddInputList(description, outputs, outputs.length);
          }
        }
        setAttributes(sink, attributes);
        for (const other of earlier) library().TF_AddControlInput(description, other);
      },
      device,
    );
    this.#effects.add(effects, operation);
    this.#surroundings.note(op, operation, flat[0]);
    const numOutputs = library().TF_OperationNumOutputs(operation);
    const outputs = Array.from({ length: numOutputs }, (_, index) => this.#wrap({ oper: operation, index }));
    this.#native.note(op, operation, outputs, flat, earlier, device);
    return outputs;
  }

  constant(values: HostArray, shape: readonly number[], dtype: DTypeName): GraphTensor {
    const device = currentDevice();
    const isSmall = ArrayBuffer.isView(values) && values.byteLength <= 256;
    const key = isSmall
      ? `${device ?? ''} ${dtype} ${shape.join()} ${Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('latin1')}`
      : undefined;
    const known = key === undefined ? undefined : this.#constants.get(key);
    if (known !== undefined) return known;
    const operation = this.#native.add(
      'Const',
      (description, sink) => {
        const tensor = toNativeTensor(values, shape, dtype);
        library().TF_SetAttrTensor(description, 'value', tensor, status());
        library().TF_DeleteTensor(tensor);
        sink.type('dtype', dataTypes[dtype]);
      },
      device,
    );
    const constant = this.#wrap({ oper: operation, index: 0 });
    this.#native.note('Const', operation, [constant], [], [], device);
    if (key !== undefined) this.#constants.set(key, constant);
    return constant;
  }

  /** The same output, with a shape that TensorFlow could not infer. */
  withShape(tensor: GraphTensor, shape: readonly number[]): GraphTensor {
    this.#native.setShape(tensor.output, shape);
    return new GraphTensor(this, tensor.output, tensor.dtype, shape, tensor.order);
  }

  /**
   * A value that is known later in the order of tracing: `initial`, until `become` gives another one of the same dtype
   * and shape, which must not depend on it.
   */
  later(initial: Value): LateValue {
    const [value] = this.execute('Identity', [initial], {}) as [GraphTensor];
    return {
      value,
      become: (final) => {
        this.#native.replaceInput(value.output.oper, this.inside(final));
      },
    };
  }

  /** Makes a function of everything recorded, and gives the graph back. */
  finish(name: string, results: readonly Value[]): TracedFunction {
    const unique = this.#addFunction(name, results, () => [...this.#surroundings.captures.values()]);
    return new TracedFunction({
      name: unique,
      captures: this.#surroundings.owned,
      numOutputs: results.length,
      log: this.#log,
      nested: [...this.#nested.keys()],
    });
  }

  /**
   * As `finish`, for a graph inside another, to which the function belongs.
   *
   * @param captures - Values of the graph around, which the function takes after its arguments.
   * @returns The function's name.
   */
  finishInside(name: string, results: readonly Value[], captures: readonly Value[]): string {
    const unique = this.#addFunction(name, results, () => captures.map((value) => this.inside(value)));
    const changes = captures.map((value) => value.dtype === 'resource' && this.#effects.isChanged(this.inside(value)));
    this.#nested.set(unique, { any: this.hasEffects, changes });
    return unique;
  }

  /** Gives the graph back without making a function of it. Does nothing after `finish`. */
  discard(): void {
    if (!this.#native.isOpen) return;
    for (const owned of this.#surroundings.owned) owned.dispose();
    if (this.#parent === undefined) removeFunctions([...this.#nested.keys()]);
    this.#native.close();
  }

  /** What the functions of control flow do. */
  #partsOf(attributes: Attributes): PartEffects[] {
    return Object.values(attributes).flatMap((value) => {
      const part = typeof value === 'object' && 'func' in value ? this.#nested.get(value.func) : undefined;
      return part === undefined ? [] : [part];
    });
  }

  #addFunction(name: string, results: readonly Value[], captures: () => readonly GraphTensor[]): string {
    const outputs = results.map((result) => this.inside(result));
    const unique = addFunction({
      name,
      graph: this.#native.handle,
      inputs: [...this.#arguments, ...captures()],
      outputs,
      mustRun: this.#effects.mustRun,
    });
    this.#native.close();
    return unique;
  }

  #placeholder(dtype: DTypeName, shape: readonly number[] | undefined): GraphTensor {
    const operation = this.#native.add('Placeholder', (_, sink) => {
      sink.type('dtype', dataTypes[dtype]);
      if (shape !== undefined) sink.shape('shape', int64s(shape), shape.length);
    });
    const placeholder = new GraphTensor(this, { oper: operation, index: 0 }, dtype, shape, this.#log.size);
    this.#native.note('Placeholder', operation, [placeholder]);
    return placeholder;
  }

  #wrap(output: Output): GraphTensor {
    const dtype = dtypeName(library().TF_OperationOutputType(output));
    return new GraphTensor(this, output, dtype, this.#native.inferredShape(output), this.#log.size);
  }
}
