/** The measurements as a table for people. */
import type { Measurement, PeerMeasurement } from './measureBenchmark.ts';

const headings = ['benchmark', 'ours', 'peer', 'unit', 'ratio', 'target', 'peer is', 'spread ours / peer'];

/** Lines of text: a row for each peer of a measurement, then what was measured beside. */
export function table(measurements: readonly Measurement[]): string {
  const rows = [headings, ...measurements.flatMap(rowsOf)];
  const widths = headings.map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length)));
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, '', ...measurements.flatMap(notes)].join('\n');
}

function rowsOf(measurement: Measurement): string[][] {
  const { id, ours, unit, peers, values } = measurement;
  if (peers.length === 0) return [[id, figure(ours), '', unit, '', '', '', spread(values['ours'])]];
  return peers.map((peer) => row(measurement, peer));
}

function row({ id, ours, unit, better, values }: Measurement, peer: PeerMeasurement): string[] {
  const { name, value, ratio, target, isReached } = peer;
  const limit = `${better === 'lower' ? '<=' : '>='} ${target} ${isReached ? 'ok' : 'MISSED'}`;
  const spreads = `${spread(values['ours'])} / ${spread(values[name])}`;
  return [id, figure(ours), figure(value), unit, ratio.toFixed(2), limit, name, spreads];
}

function notes({ id, also, unit, peers: [peer] }: Measurement): string[] {
  return Object.entries(also).map(([name, value]) => {
    const times = peer && `, ${(value / peer.value).toFixed(2)} times ${peer.name}`;
    return `${id}, for information: ${name}: ${figure(value)} ${unit}${times ?? ''}.`;
  });
}

/** Lowest and highest round. */
function spread(values: readonly number[] = []): string {
  return `${figure(Math.min(...values))}-${figure(Math.max(...values))}`;
}

function figure(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}
