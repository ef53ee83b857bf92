/** Sorts the failures of HTTP requests into those that may pass and those that will not. */

import type { Response } from 'undici';

/** The server answered, and asking again will not change its answer. */
export class RefusedError extends Error {}

/** The error for an answer that is not what was asked for. */
export function answerError({ status, statusText }: Response): Error {
  const message = `the server answered ${status} ${statusText}`.trim();
  const mayPass = status === 408 || status === 429 || status >= 500;
  return mayPass ? new Error(message) : new RefusedError(message);
}

const unreachable = [
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

/** Whether a request fails because there is no way to the server, which a second try at once does not change. */
export function isUnreachable(error: unknown): boolean {
  return unreachable.includes((innermost(error) as NodeJS.ErrnoException).code ?? '');
}

/** In words. `fetch` hides what happened inside the cause of a `TypeError`. */
export function reason(error: unknown): string {
  const inner = innermost(error);
  return inner instanceof Error && inner.message !== '' ? inner.message : String(error);
}

function innermost(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  return error instanceof TypeError && error.cause !== undefined ? innermost(error.cause) : error;
}
