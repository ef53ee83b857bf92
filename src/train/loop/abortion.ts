/** What `fit` and `evaluateAsync` reject with when a signal has ended them. */

/**
 * The reason of this worker's signal; where only another worker's signal was aborted, an `AbortError` as well: all workers
 * end at the same point.
 */
export function abortReason(signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return signal.reason;
  return new DOMException('Another worker has aborted the training.', 'AbortError');
}
