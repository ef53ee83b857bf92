/** Lets an `AbortSignal` end one native call, through TensorFlow's cancellation manager. */
import { check, library, status, type EagerOpHandle } from '../native/index.ts';

/**
 * Waits until `earlier` has settled, however.
 *
 * @throws The signal's reason, as soon as it is aborted.
 */
export async function settled(earlier: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) {
    await earlier.catch(() => undefined);
    return;
  }
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    await Promise.race([earlier.catch(() => undefined), aborted]);
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', stop);
    // Nothing may keep the promise, and what it holds, for as long as the signal lives.
    stop();
  }
}

/**
 * Runs a native call, and has TensorFlow end it when `signal` is aborted: a loop before its next round. Other
 * operations run to their end.
 *
 * @param op - What `run` executes.
 */
export async function cancellable(
  op: EagerOpHandle,
  signal: AbortSignal | undefined,
  run: () => Promise<void>,
): Promise<void> {
  if (signal === undefined) return run();
  const tf = library();
  const manager = tf.TFE_NewCancellationManager();
  const cancel = (): void => {
    tf.TFE_CancellationManagerStartCancel(manager);
  };
  try {
    tf.TFE_OpSetCancellationManager(op, manager, status());
    check('a cancellation manager');
    signal.addEventListener('abort', cancel, { once: true });
    await run();
  } finally {
    signal.removeEventListener('abort', cancel);
    tf.TFE_DeleteCancellationManager(manager);
  }
}
