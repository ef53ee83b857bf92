/** `TF_Status` to errors: what TensorFlow reported, as an error of ours with a stable code. */
import { EnvironmentError, PeerError, UserError, type DistributeError } from '../base/errors.ts';
import { userFrame } from '../base/userFrame.ts';
import type { StatusHandle } from './bindings/handles.ts';
import { library } from './library.ts';

/** TensorFlow's status codes, `tensorflow/c/tf_status.h`. */
const codes = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

const mistakes: ReadonlySet<string> = new Set([
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'FAILED_PRECONDITION',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
]);
const peers: ReadonlySet<string> = new Set(['UNAVAILABLE', 'CANCELLED', 'DEADLINE_EXCEEDED']);
/** A collective that lost a peer reports ABORTED, as an operation does that failed inside oneDNN: the node tells. */
const isCollective = /\bnode (Tfd|Collective)/;

/** What our collectives say, and TensorFlow's, where the workers call different ones. */
const isDisagreement = /The ranks disagree: |mismatch in the collective instance/;

let shared: StatusHandle | undefined;

/** The status object of every synchronous call: such calls never overlap, so one is enough. */
export function status(): StatusHandle {
  return (shared ??= library().TF_NewStatus());
}

/**
 * Throws what `handle` reports, if it is not OK. Afterwards it is OK again: some functions of TensorFlow set it only
 * where they fail.
 *
 * @param what - What was being done, for example `MatMul`.
 */
export function check(what: string, handle: StatusHandle = status()): void {
  const code = library().TF_GetCode(handle);
  if (code === 0) return;
  const error = toError(what, code, library().TF_Message(handle));
  library().TF_SetStatus(handle, 0, '');
  throw error;
}

function toError(what: string, code: number, message: string): DistributeError {
  // The same mistake has two statuses in TensorFlow: one when an operation runs, one when it is traced.
  const name = message.startsWith('Op type not registered') ? 'NOT_FOUND' : (codes[code] ?? `CODE_${code}`);
  const where = userFrame();
  const parts = {
    code: `TFD_OP_${name}` as const,
    rule: `TensorFlow refused ${what}: ${message.trim()}`,
    ...(where === undefined ? {} : { received: `the call at ${where}` }),
  };
  if (isDisagreement.test(message)) {
    const remedy = 'Let all workers call the same collectives in the same order, with the same shapes and dtypes.';
    return new UserError({ ...parts, code: 'TFD_RANKS_DISAGREE', remedy });
  }
  if (mistakes.has(name)) {
    return new UserError({ ...parts, remedy: 'Check the shapes, dtypes and attributes that the message names.' });
  }
  const isPeer = peers.has(name) || isCollective.test(message);
  return isPeer ? new PeerError(parts) : new EnvironmentError(parts);
}
