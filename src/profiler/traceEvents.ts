/** Writes tracks in Chrome's Trace Event Format, which chrome://tracing and https://ui.perfetto.dev show. */
import { basename } from 'node:path';
import type { Span, Track } from './spans.ts';

/** A complete event (`X`), or the name of a process or thread (`M`). Times are in microseconds. */
export type TraceEvent =
  | {
      readonly ph: 'X';
      readonly pid: number;
      readonly tid: number;
      readonly name: string;
      readonly cat: string;
      readonly ts: number;
      readonly dur: number;
      readonly args: Readonly<Record<string, string>>;
    }
  | {
      readonly ph: 'M';
      readonly pid: number;
      readonly tid: number;
      readonly name: 'process_name' | 'thread_name' | 'thread_sort_index';
      readonly args: { readonly name: string } | { readonly sort_index: number };
    };

/** The content of a trace file. @param owner - Who the tracks belong to, for example `rank 0`. */
export function toTraceEvents(tracks: readonly Track[], owner: string): { traceEvents: TraceEvent[] } {
  const processes = [...new Set(tracks.map(({ process }) => process))];
  const names = processes.map((process, index): TraceEvent => {
    return { ph: 'M', pid: index + 1, tid: 0, name: 'process_name', args: { name: `${owner} ${process}` } };
  });
  const events = tracks.flatMap((track, index): TraceEvent[] => {
    const place = { pid: processes.indexOf(track.process) + 1, tid: index + 1 };
    return [
      { ph: 'M', ...place, name: 'thread_name', args: { name: track.name } },
      { ph: 'M', ...place, name: 'thread_sort_index', args: { sort_index: index + 1 } },
      ...track.spans.map((span): TraceEvent => {
        const { kind: cat, startUs: ts, durationUs: dur } = span;
        return { ph: 'X', ...place, name: titleOf(span), cat, ts, dur, args: detailsOf(span) };
      }),
    ];
  });
  return { traceEvents: [...names, ...events] };
}

/** For example `MatMul (train.ts:12)`. */
function titleOf({ name, line }: Span): string {
  const [, path, row] = /^(.*):(\d+):\d+$/.exec(line ?? '') ?? [];
  return path === undefined || row === undefined ? name : `${name} (${basename(path)}:${row})`;
}

function detailsOf({ node, line, inputs }: Span): Record<string, string> {
  const details = Object.entries({ node, line, inputs });
  return Object.fromEntries(details.filter((detail): detail is [string, string] => detail[1] !== undefined));
}
