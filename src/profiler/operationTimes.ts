/** Adds up the time of operations, by what they are or by the line of the program that made them. */
import type { Track } from './spans.ts';

/** The time of all operations of one kind, or of one line. */
export interface OperationTime {
  /** TensorFlow's name of the operation, or `file:line:column`. */
  readonly name: string;
  readonly numCalls: number;
  /** From begin to end; work that they gave to other threads meanwhile does not count twice, waiting for others does. */
  readonly totalMs: number;
  /** Part of the time of all operations, from 0 to 1. */
  readonly share: number;
}

/** Options of `summary`. */
export interface SummaryOptions {
  /** What a row stands for: a kind of operation (default), or a line of the program. */
  readonly by?: 'operation' | 'line';
  /** Most rows; default 20. */
  readonly numRows?: number;
}

/** One entry for each operation or line, the most expensive first. */
export function operationTimes(tracks: readonly Track[], by: 'operation' | 'line'): OperationTime[] {
  const sums = new Map<string, { numCalls: number; totalUs: number }>();
  let allUs = 0;
  for (const span of tracks.flatMap(({ spans }) => spans)) {
    if (span.kind !== 'operation') continue;
    const name = by === 'operation' ? span.name : (span.line ?? '(unknown line)');
    const sum = sums.get(name) ?? { numCalls: 0, totalUs: 0 };
    sums.set(name, { numCalls: sum.numCalls + 1, totalUs: sum.totalUs + span.durationUs });
    allUs += span.durationUs;
  }
  return Array.from(sums, ([name, { numCalls, totalUs }]) => {
    return { name, numCalls, totalMs: totalUs / 1000, share: allUs === 0 ? 0 : totalUs / allUs };
  }).sort((a, b) => b.totalMs - a.totalMs);
}

/** The entries as a table of text. */
export function toTable(entries: readonly OperationTime[], { by = 'operation', numRows = 20 }: SummaryOptions): string {
  const shown = entries.slice(0, numRows);
  const rows = shown.map(({ name, numCalls, totalMs, share }) => [
    name,
    String(numCalls),
    totalMs.toFixed(2),
    ((totalMs * 1000) / numCalls).toFixed(1),
    `${(share * 100).toFixed(1)} %`,
  ]);
  const table = [[by, 'calls', 'total ms', 'mean µs', 'share'], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = table.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  const numHidden = entries.length - shown.length;
  return [...lines, ...(numHidden > 0 ? [`and ${numHidden} more`] : [])].join('\n');
}
