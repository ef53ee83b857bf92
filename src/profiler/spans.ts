/** What TensorFlow's profiler noted, as spans of time on threads, with the lines of the program that they come from. */
import type { XSpace } from '../native/protos/index.ts';
import { lineOfOperation } from '../tensor/index.ts';
import { entriesOf, type Entry } from './entries.ts';

/** Something that a thread did. */
export interface Span {
  /** `operation` of TensorFlow, whole compiled `function`, or what the `runtime` does around them. */
  readonly kind: 'operation' | 'function' | 'runtime';
  /** The kind of operation, for example `MatMul`; the function's name; what the runtime calls it. */
  readonly name: string;
  /** From the start of the profile, in microseconds. */
  readonly startUs: number;
  readonly durationUs: number;
  /** The operation's name in its graph, for example `MatMul_12`. */
  readonly node?: string;
  /** `file:line:column` of the program that made the operation. */
  readonly line?: string;
  /** Dtypes and shapes of its inputs, for example `(float[64,32];float[32])`. */
  readonly inputs?: string;
}

/** A thread, or a stream of a GPU, and what it did, in the order in which it began. */
export interface Track {
  readonly process: string;
  readonly name: string;
  readonly spans: readonly Span[];
}

const localCall = 'EagerLocalExecute: ';
const start = { region: 'ThreadpoolListener::StartRegion', waiting: 'ExecutorState::ProcessAsync::Start' };
const end = { region: 'ThreadpoolListener::StopRegion', waiting: 'ExecutorState::ProcessAsync::Done' };
const isBookkeeping =
  /^(ThreadpoolListener::(Record|StopRegion)|ExecutorState::ProcessAsync::Done|Memory(Allocation|Deallocation)|TFE_DeleteTensorHandle)/;

/** The tracks of everything that did something. */
export function tracksOf({ planes }: XSpace): Track[] {
  const threads = planes.flatMap((plane) =>
    plane.lines.map((line) => {
      return { process: plane.name, name: line.displayName || line.name, entries: entriesOf(plane, line) };
    }),
  );
  const all = threads.map(({ entries }) => entries);
  const functions = functionsOfRuns(all);
  const lineOf = lineFinder(functions);
  const called = new Set(functions.values());
  const tracks = threads.map(({ process, name, entries }): Track => {
    return { process, name, spans: spansOf(entries, called, lineOf) };
  });
  const process = planes[0]?.name ?? '';
  const waiting = toLanes(waitingSpans(all.flat(), lineOf)).map((spans): Track => {
    return { process, name: 'operations that wait for others', spans };
  });
  return [...tracks, ...waiting].filter(({ spans }) => spans.length > 0);
}

/** Which function each run of a graph is one of. */
function functionsOfRuns(threads: readonly (readonly Entry[])[]): Map<string, string> {
  const functions = new Map<string, string>();
  for (const entries of threads) {
    let call: Entry | undefined;
    for (const entry of entries) {
      if (entry.name.startsWith(localCall)) call = entry;
      const run = entry.stats.get('id');
      if (entry.name !== 'FunctionRun' || run === undefined || call === undefined) continue;
      if (entry.startPs <= call.endPs) functions.set(run, call.name.slice(localCall.length));
    }
  }
  return functions;
}

/** The line that made the operation `node` of the graph of which `run` is a run. */
type LineOf = (run: string | undefined, node: string) => string | undefined;

function lineFinder(functions: ReadonlyMap<string, string>): LineOf {
  const known = new Map<string, string | undefined>();
  return (run, node) => {
    const fn = run === undefined ? undefined : functions.get(run);
    if (fn === undefined) return undefined;
    const key = `${fn} ${node}`;
    if (!known.has(key)) known.set(key, lineOfOperation(fn, node));
    return known.get(key);
  };
}

function spansOf(entries: readonly Entry[], called: ReadonlySet<string>, lineOf: LineOf): Span[] {
  let around: Entry | undefined;
  return entries.flatMap((entry, index): Span[] => {
    const { name, op, startPs, endPs } = entry;
    if (name === 'ExecutorState::Process') around = entry;
    if (isBookkeeping.test(name)) return [];
    if (op !== '') {
      const run = around !== undefined && startPs <= around.endPs ? around.stats.get('id') : undefined;
      const node = name.slice(0, name.lastIndexOf(':'));
      // Its beginning only: `waitingSpans` has the whole of it.
      const next = entries[index + 1];
      if (next?.name === start.waiting && next.stats.get('name') === node && next.startPs <= endPs) return [];
      const inputs = entry.stats.get('shape');
      const span = operation(op, node, lineOf(run, node), startPs, endPs);
      return [inputs === undefined ? span : { ...span, inputs }];
    }
    const fn = name.startsWith(localCall) ? name.slice(localCall.length) : undefined;
    if (fn !== undefined && called.has(fn)) return [{ kind: 'function', name: fn, ...times(startPs, endPs) }];
    if (name !== start.region) return [{ kind: 'runtime', name, ...times(startPs, endPs) }];
    return [{ kind: 'runtime', name: 'part of an operation', ...times(startPs, endOfRegion(entries, index)) }];
  });
}

/**
 * Operations that keep no thread, for example collectives: one thread notes their start, and another one their end. The
 * end of the last ones can come too late to be noted; they last until the end of the profile.
 */
function waitingSpans(entries: readonly Entry[], lineOf: LineOf): Span[] {
  const ends = new Map(
    entries.flatMap((entry) => (entry.name === end.waiting ? [[entry.stats.get('_c'), entry.startPs] as const] : [])),
  );
  const lastPs = entries.reduce((last, { endPs }) => (endPs > last ? endPs : last), 0n);
  return entries.flatMap(({ name, stats, startPs }) => {
    if (name !== start.waiting) return [];
    const endPs = ends.get(stats.get('_p')) ?? lastPs;
    const [node = '', op = node] = [stats.get('name'), stats.get('kernel_type')];
    return [operation(op, node, lineOf(stats.get('step_id'), node), startPs, endPs)];
  });
}

/** As few lists as possible of spans that do not overlap. */
function toLanes(spans: readonly Span[]): Span[][] {
  const lanes: Span[][] = [];
  for (const span of [...spans].sort((a, b) => a.startUs - b.startUs)) {
    const free = lanes.find((lane) => {
      const last = lane.at(-1);
      return last === undefined || last.startUs + last.durationUs <= span.startUs;
    });
    if (free === undefined) lanes.push([span]);
    else free.push(span);
  }
  return lanes;
}

function operation(name: string, node: string, line: string | undefined, startPs: bigint, endPs: bigint): Span {
  return { kind: 'operation', name, node, ...times(startPs, endPs), ...(line === undefined ? {} : { line }) };
}

/** Threads of a pool note the start and the end of their work one by one. */
function endOfRegion(entries: readonly Entry[], index: number): bigint {
  for (let next = index + 1; next < entries.length; next++) {
    const { name, startPs } = entries[next] as Entry;
    if (name === end.region) return startPs;
    if (name === start.region) break;
  }
  return entries[index]?.endPs ?? 0n;
}

function times(startPs: bigint, endPs: bigint): { startUs: number; durationUs: number } {
  return { startUs: Number(startPs) / 1e6, durationUs: Number(endPs - startPs) / 1e6 };
}
