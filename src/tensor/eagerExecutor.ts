/** Runs operations at once, through `TFE_Execute`. */
import { UserError } from '../base/errors.ts';
import { check, library, status, type EagerOpHandle, type EagerTensorHandle } from '../native/index.ts';
import { setAttributes, type Attributes } from './attributes.ts';
import { cancellable, settled } from './cancellation.ts';
import { context } from './context.ts';
import { currentDevice } from './devices.ts';
import { EagerAttributes } from './eagerAttributes.ts';
import type { DTypeName } from './dtype.ts';
import type { Executor } from './executor.ts';
import { toEagerTensor, type HostArray } from './hostArray.ts';
import { EagerTensor, isList, type Input, type Value } from './value.ts';

/** The most outputs that one operation may have here. */
const maxOutputs = 4096;

export class EagerExecutor implements Executor {
  /** Room for the outputs of a synchronous call; such calls never overlap. */
  readonly #outputs = new BigUint64Array(maxOutputs);
  readonly #numOutputs = new Int32Array(1);
  readonly #sink = new EagerAttributes();

  execute(op: string, inputs: readonly Input[], attributes: Attributes): EagerTensor[] {
    const handle = this.#prepare(op, inputs, attributes, currentDevice());
    try {
      this.#numOutputs[0] = maxOutputs;
      library().TFE_Execute(handle, this.#outputs, this.#numOutputs, status());
      check(op);
      return collect(this.#outputs, this.#numOutputs);
    } finally {
      library().TFE_DeleteOp(handle);
    }
  }

  /**
   * As `execute`, on a thread of its own: the event loop goes on meanwhile. The inputs are taken at once; the work
   * starts when `after` has settled.
   *
   * @throws The reason of `signal`: at once where the work has not started, else when TensorFlow has stopped it.
   */
  async executeAsync(
    op: string,
    inputs: readonly Input[],
    numOutputs: number,
    after: Promise<unknown>,
    attributes: Attributes = {},
    signal?: AbortSignal,
  ): Promise<EagerTensor[]> {
    const tf = library();
    const handle = this.#prepare(op, inputs, attributes);
    const outputs = new BigUint64Array(Math.max(1, numOutputs));
    const count = Int32Array.of(numOutputs);
    const ownStatus = tf.TF_NewStatus();
    try {
      await settled(after, signal);
      const run = (): Promise<void> =>
        new Promise<void>((resolve, reject) => {
          tf.TFE_Execute.async(handle, outputs, count, ownStatus, (error) => {
            if (error === null) resolve();
            else reject(error);
          });
        });
      await cancellable(handle, signal, run);
      const isDone = tf.TF_GetCode(ownStatus) === 0;
      if (signal?.aborted === true) {
        if (isDone) for (const output of collect(outputs, count)) output.dispose();
        throw signal.reason;
      }
      check(op, ownStatus);
      return collect(outputs, count);
    } finally {
      tf.TF_DeleteStatus(ownStatus);
      tf.TFE_DeleteOp(handle);
    }
  }

  constant(values: HostArray, shape: readonly number[], dtype: DTypeName): EagerTensor {
    return toEagerTensor(values, shape, dtype);
  }

  #prepare(op: string, inputs: readonly Input[], attributes: Attributes, device?: string): EagerOpHandle {
    const tf = library();
    const handle = tf.TFE_NewOp(context(), op, status());
    check(op);
    try {
      for (const input of inputs) {
        if (isList(input)) {
          tf.TFE_OpAddInputList(handle, BigUint64Array.from(input, eagerHandle), input.length, status());
        } else {
          tf.TFE_OpAddInput(handle, eagerHandle(input), status());
        }
        check(op);
      }
      if (device !== undefined) {
        tf.TFE_OpSetDevice(handle, device, status());
        check(`${op} on ${device}`);
      }
      this.#sink.op = handle;
      setAttributes(this.#sink, attributes);
    } catch (error) {
      tf.TFE_DeleteOp(handle);
      throw error;
    }
    return handle;
  }
}

function collect(outputs: BigUint64Array, count: Int32Array): EagerTensor[] {
  const tensors: EagerTensor[] = [];
  for (let i = 0; i < (count[0] ?? 0); i++) tensors.push(new EagerTensor(outputs[i] as EagerTensorHandle));
  return tensors;
}

function eagerHandle(value: Value): EagerTensorHandle {
  if (value instanceof EagerTensor) return value.handle;
  throw new UserError({
    code: 'TFD_TRACE_ESCAPED',
    rule: 'A tensor made while a function is traced exists only inside that function.',
    received: 'such a tensor, used outside of the function',
    remedy: 'Return it from the function that tf.function() compiles, and use what the call gives.',
  });
}
