/** Remembers the operations of one compiled function: what they are, and which line of the program made each. */
import { DistributeError, type ErrorParts } from '../base/errors.ts';
import { userFrame } from '../base/userFrame.ts';
import type { DTypeName } from './dtype.ts';

/** An operation of a compiled function. */
export interface TracedOperation {
  /** Unique in its function, for example `MatMul_12`. */
  readonly name: string;
  /** TensorFlow's name of the operation, for example `MatMul`. */
  readonly op: string;
  /** Names of the operations whose outputs it takes, as TensorFlow writes them: `name`, `name:1`, `^name` for order only. */
  readonly inputs: readonly string[];
  /** Dtype and shape of each output; a shape of undefined is not known before the function runs. */
  readonly outputs: readonly { readonly dtype: DTypeName; readonly shape: readonly number[] | undefined }[];
  /** The device that `tf.device` has chosen for it. Operations on variables run where the variable is. */
  readonly device: string | undefined;
  /** The line that made it, as `file:line:column`, where one outside this library and TF.js is known. */
  readonly line: string | undefined;
}

/** A stack that V8 has recorded, and writes as text when it is first read. */
interface Recorded {
  readonly stack?: string;
}

interface Entry extends Omit<TracedOperation, 'line'> {
  readonly recorded: Recorded;
}

/** Frames from an operation to the user's line, TF.js's own in between: 15 forwards, 40 in gradients. */
const maxFrames = 60;

export class OperationLog {
  readonly #entries = new Map<string, Entry>();

  /** Number of operations so far. */
  get size(): number {
    return this.#entries.size;
  }

  /** Notes an operation, and the call stack in force. */
  add(operation: Omit<TracedOperation, 'line'>): void {
    const recorded: Recorded = {};
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = maxFrames;
    Error.captureStackTrace(recorded);
    Error.stackTraceLimit = limit;
    this.#entries.set(operation.name, { ...operation, recorded });
  }

  /** Notes that the operation takes other inputs than when it was added. */
  setInputs(name: string, inputs: readonly string[]): void {
    const entry = this.#entries.get(name);
    if (entry !== undefined) this.#entries.set(name, { ...entry, inputs });
  }

  /** All operations, in the order in which they were traced. */
  list(): TracedOperation[] {
    return Array.from(this.#entries.values(), ({ recorded, ...operation }) => ({
      ...operation,
      line: userFrame(recorded.stack),
    }));
  }

  /** The line that made the operation that TensorFlow calls `node`, where it is one of these. */
  lineOf(node: string): string | undefined {
    const entry = this.#named(`{{node ${node}}}`);
    return entry && userFrame(entry.recorded.stack);
  }

  /** `error`, with the line of the operation that TensorFlow's message names, where it is one of these. */
  locate(error: unknown): unknown {
    if (!(error instanceof DistributeError)) return error;
    const entry = this.#named(error.rule);
    const line = entry && userFrame(entry.recorded.stack);
    if (entry === undefined || line === undefined) return error;
    const Kind = error.constructor as new (parts: ErrorParts) => DistributeError;
    const { code, rule, remedy, cause } = error;
    return new Kind({
      code,
      rule,
      received: `the operation ${entry.op} that ${line} made`,
      ...(remedy === undefined ? {} : { remedy }),
      ...(cause === undefined ? {} : { cause }),
    });
  }

  /** The operation that the message names as `{{node …}}`. */
  #named(message: string): Entry | undefined {
    for (const [, node] of message.matchAll(/\{\{node ([^}]+)\}\}/g)) {
      // Control flow puts names in front; TensorFlow's optimizer makes operations whose names end with that of an old one.
      for (const part of (node ?? '').split('/').reverse()) {
        for (let name = part; name !== ''; name = name.replace(/^[^_]*_?/, '')) {
          const entry = this.#entries.get(name);
          if (entry !== undefined) return entry;
        }
      }
    }
    return undefined;
  }
}
