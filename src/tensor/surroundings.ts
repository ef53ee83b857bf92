/** What a graph takes from outside of it: tensors, values of the graph around it, and of the one whose gradient it is. */
import { UserError } from '../base/errors.ts';
import type { OperationHandle } from '../native/index.ts';
import type { DTypeName } from './dtype.ts';
import type { TracingGraph } from './tracingGraph.ts';
import { EagerTensor, GraphTensor, type Value } from './value.ts';

/** For a graph that computes gradients: the graph whose values it may use, and how it takes them over. */
export interface Forward {
  readonly graph: TracingGraph;
  /** Gives what stands for a value of `graph` in this one; called once for each value that it uses. */
  readonly take: (value: GraphTensor) => GraphTensor;
}

/** Operations whose result is their input, or the value of the variable that it refers to. */
const handsOn = new Set(['Identity', 'ReadVariableOp']);

type MakeInput = (dtype: DTypeName, shape: readonly number[] | undefined) => GraphTensor;

export class Surroundings {
  readonly #parent: TracingGraph | undefined;
  readonly #forward: Forward | undefined;
  readonly #makeInput: MakeInput;
  readonly #captures = new Map<Value, GraphTensor>();
  readonly #owned: EagerTensor[] = [];
  /** What stands for values of the forward graph. */
  readonly #taken = new Map<string, GraphTensor>();
  /** The inputs of those operations that only hand on a value: copies, and reads of variables. */
  readonly #origins = new Map<OperationHandle, GraphTensor>();

  /** @param makeInput - Adds an input to the graph. */
  constructor(parent: TracingGraph | undefined, forward: Forward | undefined, makeInput: MakeInput) {
    this.#parent = parent;
    this.#forward = forward;
    this.#makeInput = makeInput;
  }

  /** What is captured, by what it is outside: eager tensors, or outputs of the graph around. */
  get captures(): ReadonlyMap<Value, GraphTensor> {
    return this.#captures;
  }

  /** The eager tensors among them, each another owner of its memory. */
  get owned(): readonly EagerTensor[] {
    return this.#owned;
  }

  /** What stands in the graph for `value` from elsewhere. */
  take(value: Value): GraphTensor {
    if (value instanceof GraphTensor && value.graph === this.#forward?.graph) {
      return this.#fromForward(value, this.#forward);
    }
    const outside = this.#parent === undefined ? value : this.#parent.inside(value);
    const known = this.#captures.get(outside);
    if (known !== undefined) return known;
    if (this.#parent === undefined) this.#owned.push(share(outside));
    const inside = this.#makeInput(outside.dtype, outside.dtype === 'resource' ? undefined : outside.shape);
    this.#captures.set(outside, inside);
    return inside;
  }

  /** Notes that `operation`, of the graph, is a call of `op` on `input`. */
  note(op: string, operation: OperationHandle, input: GraphTensor | undefined): void {
    if (handsOn.has(op) && input !== undefined) this.#origins.set(operation, input);
  }

  /**
   * What `value`, of the graph, is in the graph around, where it is the same whenever this one runs: something that was
   * captured, or the value of a variable that nothing in here changes.
   */
  outside(value: GraphTensor, isChanged: (resource: GraphTensor) => boolean): Value | undefined {
    for (const [outside, inside] of this.#captures) if (inside.output.oper === value.output.oper) return outside;
    const origin = this.#origins.get(value.output.oper);
    const outside = origin && this.outside(origin, isChanged);
    if (origin?.dtype !== 'resource' || outside === undefined) return outside;
    if (isChanged(origin)) return undefined;
    const [read] = this.#parent?.execute('ReadVariableOp', [outside], { dtype: { type: value.dtype } }) ?? [];
    return read && value.shape ? read.graph.withShape(read, value.shape) : read;
  }

  #fromForward(value: GraphTensor, { graph, take }: Forward): GraphTensor {
    const key = `${value.output.oper}:${value.output.index}`;
    let taken = this.#taken.get(key);
    if (taken === undefined) {
      const outside = graph.outside(value);
      taken = outside === undefined ? take(value) : this.take(outside);
      this.#taken.set(key, taken);
    }
    return taken;
  }
}

function share(value: Value): EagerTensor {
  if (value instanceof EagerTensor) return value.share();
  throw new UserError({
    code: 'TFD_TRACE_ESCAPED',
    rule: 'A tensor made while a function is traced exists only inside that function.',
    received: 'such a tensor, used while another function is traced',
    remedy: 'Return it from its function, and pass what the call gives as an argument.',
  });
}
