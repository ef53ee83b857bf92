/** How a case measures: warm up, then repeat for some seconds, and print one line of JSON. */

/** What one process reports. `value` is in the benchmark's unit. */
export interface Sample {
  readonly value: number;
  /** Facts that show that both sides do the same work; compared by the harness. */
  readonly proof?: { readonly parameters: number; readonly losses: readonly number[] };
}

/** How long each process measures, after warming up. */
export const measureSeconds = Number(process.env['TFJS_DISTRIBUTE_BENCH_SECONDS'] ?? 4);

/** Times of `run` in milliseconds, one for each call, for `measureSeconds`. */
export async function timesMs(run: () => Promise<void> | void): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + 1000 * measureSeconds;
  do {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  } while (performance.now() < end);
  return times;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** Milliseconds since the process began. */
export function processAgeMs(): number {
  return performance.now();
}

/** The largest resident size of the process until now. */
export function peakMemoryMiB(): number {
  return process.resourceUsage().maxRSS / 1024;
}

/** The line that the harness reads. */
export function report(sample: Sample): void {
  console.log(JSON.stringify(sample));
}
