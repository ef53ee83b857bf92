/** The measurements as a table for people. */
import type { Measurement } from './measureBenchmark.ts';

const headings = ['benchmark', 'ours', 'peer', 'unit', 'ratio', 'target', 'peer is', 'spread ours / peer'];

/** Lines of text: one row a measurement, then what was measured beside. */
export function table(measurements: readonly Measurement[]): string {
  const rows = [headings, ...measurements.map(row)];
  const widths = headings.map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length)));
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, '', ...measurements.flatMap(notes)].join('\n');
}

function row(measurement: Measurement): string[] {
  const { id, ours, peer, unit, ratio, target, better, peerName, values, isReached } = measurement;
  const verdict = isReached === null ? '' : isReached ? ' ok' : ' MISSED';
  return [
    id,
    figure(ours),
    peer === null ? '' : figure(peer),
    unit,
    ratio === null ? '' : ratio.toFixed(2),
    `${better === 'lower' ? '<=' : '>='} ${target.toFixed(1)}${verdict}`,
    peerName,
    [values['ours'], values['peer']].map((each) => (each === undefined ? '-' : spread(each))).join(' / '),
  ];
}

function notes({ id, also, unit, peer, peerName }: Measurement): string[] {
  return Object.entries(also).map(([name, value]) => {
    const ratio = peer === null ? '' : `, ${(value / peer).toFixed(2)} times ${peerName}: the limit of this machine`;
    return `${id}, for information: ${name}: ${figure(value)} ${unit}${ratio}.`;
  });
}

/** Lowest and highest round. */
function spread(values: readonly number[]): string {
  return `${figure(Math.min(...values))}-${figure(Math.max(...values))}`;
}

function figure(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}
