/** The eager context of this process: TensorFlow's devices, thread pools and functions. Made on first use. */
import { availableParallelism } from 'node:os';
import { check, library, status, type ContextHandle } from '../native/index.ts';
import { encodeContextConfig } from '../native/protos/contextConfig.ts';

let current: ContextHandle | undefined;
let numCpus: number | undefined;

/** The context's handle. */
export function context(): ContextHandle {
  return (current ??= create());
}

/** Whether the context, and with it the devices, exists already. */
export function hasContext(): boolean {
  return current !== undefined;
}

/** Number of logical CPU devices that the context will have. */
export function setNumCpus(value: number): void {
  numCpus = value;
}

/** Threads that one operation may use: `TFJS_DISTRIBUTE_THREADS`, which the launcher sets, or all cores. */
export function numThreads(): number {
  const text = process.env['TFJS_DISTRIBUTE_THREADS'];
  return text === undefined ? availableParallelism() : Math.max(1, Number.parseInt(text, 10) || 1);
}

function create(): ContextHandle {
  const tf = library();
  const options = tf.TFE_NewContextOptions();
  const config = encodeContextConfig({
    numThreads: numThreads(),
    // Idle threads of a process that has only a share of the cores must not take those of the others.
    disableSpinning: numThreads() < availableParallelism(),
    numCpus,
  });
  tf.TFE_ContextOptionsSetConfig(options, config, config.length, status());
  check('the options of the context');
  const handle = tf.TFE_NewContext(options, status());
  check('a new context');
  tf.TFE_DeleteContextOptions(options);
  return handle;
}

/**
 * Starts TensorFlow's own gRPC server in this process, and lets collective operations run over it.
 *
 * @param serverDef - A serialized `ServerDef`.
 */
export function enableCollectives(serverDef: Uint8Array): void {
  library().TFE_EnableCollectiveOps(context(), serverDef, serverDef.length, status());
  check("TensorFlow's collectives");
}

/** Ends the collectives over TensorFlow's own servers that wait, with `reason`; this process can run none afterwards. */
export function abortCollectives(reason: string): void {
  const tf = library();
  const unavailable = 14;
  const why = tf.TF_NewStatus();
  tf.TF_SetStatus(why, unavailable, reason);
  tf.TFE_AbortCollectiveOps(context(), why);
  tf.TF_DeleteStatus(why);
}
