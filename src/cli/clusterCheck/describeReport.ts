/** The report of a check as a text: a table of all links, and a sentence for each that is not as it should be. */
import type { JudgedLink, Report } from './report.ts';

const marks = { ok: '✓', slow: '!', broken: '✗' } as const;

export function describeReport({ workers, links }: Report): string {
  const name = (rank: number) => `${rank} (${workers[rank] ?? '?'})`;
  const rows = [
    ['', 'from', 'to', 'latency', 'bandwidth'],
    ...links.map((link) => [marks[link.state], name(link.from), name(link.to), latency(link), bandwidth(link)]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const table = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const absent = workers.flatMap((address, rank) =>
    address === null ? [`✗ Rank ${rank} did not come to the place where the workers meet.`] : [],
  );
  const remarks = links.flatMap((link) => {
    const pair = `from rank ${name(link.from)} to rank ${name(link.to)}`;
    if (link.state === 'broken') return [`✗ The link ${pair} is broken: ${link.problem ?? 'nothing arrived'}.`];
    if (link.state === 'slow') return [`! The link ${pair} is far slower than the others.`];
    return [];
  });
  const end = [...absent, ...remarks];
  return [...table, '', ...(end.length === 0 ? [`All ${links.length} links work alike.`] : end), ''].join('\n');
}

function latency({ latencyMs }: JudgedLink): string {
  return latencyMs === undefined ? '-' : `${latencyMs.toFixed(latencyMs < 10 ? 2 : 0)} ms`;
}

function bandwidth({ bytesPerSecond }: JudgedLink): string {
  if (bytesPerSecond === undefined) return '-';
  const megabytes = bytesPerSecond / 1e6;
  return `${megabytes.toFixed(megabytes < 10 ? 2 : 0)} MB/s`;
}
