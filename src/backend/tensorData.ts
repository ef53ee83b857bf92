/** What stands behind a TF.js tensor: TF.js calls it a data id. */
import { UserError } from '../base/errors.ts';
import { userFrame } from '../base/userFrame.ts';
import {
  disposedTensor,
  eagerExecutor,
  EagerTensor,
  executor,
  GraphTensor,
  toEagerTensor,
  toHostArray,
  TracingGraph,
  type DTypeName,
  type HostArray,
  type ResourceVariable,
  type Value,
} from '../tensor/index.ts';

/** Values known to JavaScript, of a tensor that was made from them while a function is traced. */
export interface Literal {
  readonly values: HostArray;
  readonly shape: readonly number[];
  readonly dtype: DTypeName;
}

type Content = Value | ResourceVariable | Literal;

let liveData = 0;

/** Number of data ids that TF.js still refers to. */
export function numLiveData(): number {
  return liveData;
}

export class TensorData {
  /** Number of TF.js tensors that share this data. */
  refCount = 1;
  /** The call of TF.js's own code that made this of plain numbers, which take the dtype of what they meet there. */
  plainIn: object | undefined;
  #content: Content | undefined;
  /** The constant that a literal became, in the graph that was traced last. */
  #constant: GraphTensor | undefined;

  constructor(content: Content, refCount = 1) {
    this.#content = content;
    this.refCount = refCount;
    liveData += 1;
  }

  get dtype(): DTypeName {
    return this.#held().dtype;
  }

  /** The variable that this is the data of, if it is one. */
  get variable(): ResourceVariable | undefined {
    const content = this.#held();
    return 'read' in content ? content : undefined;
  }

  /**
   * The value, for an operation that runs now or is traced. It stays owned by this object, save for a variable's,
   * which is read anew: `own` is called with it.
   */
  value(own: (value: EagerTensor) => void): Value {
    const content = this.#held();
    if (content instanceof EagerTensor || content instanceof GraphTensor) return content;
    if ('read' in content) {
      const value = content.read();
      if (value instanceof EagerTensor) own(value);
      return value;
    }
    const current = executor();
    if (current instanceof TracingGraph) {
      if (this.#constant?.graph !== current) {
        this.#constant = current.constant(content.values, content.shape, content.dtype);
      }
      return this.#constant;
    }
    const tensor = toEagerTensor(content.values, content.shape, content.dtype);
    this.#content = tensor;
    return tensor;
  }

  /** A copy of the values; those of 16 bits as float32. @throws UserError `TFD_TRACE_READ` where there are none yet. */
  read(): HostArray {
    const content = this.#held();
    if (content instanceof GraphTensor) throw readWhileTracing();
    if (content instanceof EagerTensor) return readValues(content);
    if (!('read' in content)) return content.values;
    if (executor() instanceof TracingGraph) throw readWhileTracing();
    const value = content.read() as EagerTensor;
    try {
      return readValues(value);
    } finally {
      value.dispose();
    }
  }

  dispose(): void {
    const content = this.#content;
    if (content === undefined) return;
    this.#content = undefined;
    liveData -= 1;
    if ('dispose' in content) content.dispose();
  }

  #held(): Content {
    if (this.#content === undefined) throw disposedTensor();
    return this.#content;
  }
}

function readValues(tensor: EagerTensor): HostArray {
  if (tensor.dtype !== 'float16' && tensor.dtype !== 'bfloat16') return toHostArray(tensor);
  const [wide] = eagerExecutor().execute('Cast', [tensor], { DstT: { type: 'float32' } }) as [EagerTensor];
  try {
    return toHostArray(wide);
  } finally {
    wide.dispose();
  }
}

function readWhileTracing(): UserError {
  return new UserError({
    code: 'TFD_TRACE_READ',
    rule: 'A value cannot be read inside a function that tf.function() compiles: it exists only when the function runs.',
    received: `a read at ${userFrame() ?? 'an unknown line'}`,
    remedy:
      'Return the tensor from the function and read it there, or compute with tensor operations such as tf.where().',
  });
}
