/** The events of TensorFlow's profiler with their names looked up, in the order in which they began. */
import type { XLine, XPlane, XStat } from '../native/protos/index.ts';

/** Times are in picoseconds from the start of the profile. */
export interface Entry {
  readonly name: string;
  /** The kind of operation, where it is one. */
  readonly op: string;
  readonly startPs: bigint;
  readonly endPs: bigint;
  /** What was noted beside it, by name. */
  readonly stats: ReadonlyMap<string, string>;
}

/** The entries of one thread; where two began together, the outer one first. */
export function entriesOf(plane: XPlane, line: XLine): Entry[] {
  const linePs = line.timestampNs * 1000n;
  return line.events
    .map(({ metadataId, data, durationPs, stats }): Entry => {
      const { name = '', displayName = '' } = plane.eventMetadata[String(metadataId)] ?? {};
      const startPs = linePs + (data.case === 'offsetPs' ? data.value : 0n);
      return {
        name,
        op: name.includes(':') ? displayName || ownOperation(name) : '',
        startPs,
        endPs: startPs + durationPs,
        stats: new Map(stats.map((stat) => [nameOf(plane, stat.metadataId), textOf(plane, stat)])),
      };
    })
    .sort((a, b) => Number(a.startPs - b.startPs) || Number(b.endPs - a.endPs));
}

/** An operation of TensorFlow's own that runs by itself, for example `_MklMatMul:_MklMatMul`, has no name to display. */
function ownOperation(name: string): string {
  return /^(_\w+):\1$/.exec(name)?.[1] ?? '';
}

function textOf(plane: XPlane, { value }: XStat): string {
  return value.case === 'refValue' ? nameOf(plane, value.value) : String(value.value);
}

function nameOf(plane: XPlane, id: bigint): string {
  return plane.statMetadata[String(id)]?.name ?? '';
}
