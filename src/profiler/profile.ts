/** `tf.profile`: what runs while a function is awaited, as a trace for Chrome and TensorBoard, and as a table. */
import { profile as profileMemory, type TensorContainer } from '@tensorflow/tfjs-core';
import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { notWritten } from '../base/notWritten.ts';
import { resolveWorker } from '../cluster/resolveWorker.ts';
import { ProfilerSession } from '../native/index.ts';
import { operationTimes, toTable, type OperationTime, type SummaryOptions } from './operationTimes.ts';
import { tracksOf } from './spans.ts';
import { toTraceEvents } from './traceEvents.ts';

/** What `tf.profile(folder, fn)` found. */
export interface Profile<T> {
  /** What `fn` gave. */
  readonly result: T;
  /** How long `fn` took, in milliseconds. */
  readonly durationMs: number;
  /** The time of each kind of operation, the most expensive first. */
  readonly operations: readonly OperationTime[];
  /** For chrome://tracing or https://ui.perfetto.dev: each operation with its thread, its time, and its line. */
  readonly traceFile: string;
  /** For TensorBoard's profile plugin, which finds it below the folder: TensorFlow's own record. */
  readonly xplaneFile: string;
  /** A table of the most expensive operations, or lines of the program: number of calls, times, share of the whole. */
  summary(options?: SummaryOptions): string;
}

type ProfileInfo = Awaited<ReturnType<typeof profileMemory>>;

let isActive = false;
let numProfiles = 0;

/**
 * Notes every operation that TensorFlow runs until the promise of `fn` is fulfilled, and writes that into
 * `<folder>/plugins/profile/<run>/`. Each worker writes files of its own; together they are one run.
 *
 * Warm up first: the first call of a compiled function spends most of its time on compiling.
 *
 * @param folder - Made where it is missing. Show it by `tensorboard --logdir <folder>` (with the package
 *   `tensorboard-plugin-profile`), or open the trace file in a browser.
 * @param fn - What to profile: some steps, not hours. Await in it what belongs to it.
 * @throws UserError `TFD_PROFILE_ACTIVE` where another profile has not ended; EnvironmentError `TFD_PROFILE_WRITE`,
 *   `TFD_PROFILE_FAILED`, `TFD_CXX_MISSING`.
 */
export function profile<T>(folder: string, fn: () => T | Promise<T>): Promise<Profile<T>>;
/** TF.js's own: the bytes and kernels of TF.js that `fn` uses. */
export function profile(fn: () => TensorContainer | Promise<TensorContainer>): Promise<ProfileInfo>;
export async function profile<T>(
  ...args: [fn: () => TensorContainer | Promise<TensorContainer>] | [folder: string, fn: () => T | Promise<T>]
): Promise<ProfileInfo | Profile<T>> {
  if (args.length === 1) return profileMemory(args[0]);
  const [folder, fn] = args;
  if (isActive) throw alreadyProfiling();
  isActive = true;
  try {
    const session = new ProfilerSession();
    const start = performance.now();
    let durationMs = 0;
    let result: T;
    let bytes: Uint8Array;
    try {
      result = await fn();
      durationMs = performance.now() - start;
    } finally {
      bytes = await session.finish();
    }
    return { result, durationMs, ...(await write(folder, bytes)) };
  } finally {
    isActive = false;
  }
}

async function write(folder: string, bytes: Uint8Array): Promise<Omit<Profile<unknown>, 'result' | 'durationMs'>> {
  const { decode, XSpaceSchema } = await import('../native/protos/index.ts');
  const tracks = tracksOf(decode(XSpaceSchema, bytes));
  const { rank, worldSize, jobId } = resolveWorker();
  numProfiles += 1;
  // Workers agree on the name of a run without speaking to each other.
  const run = worldSize > 1 ? `${jobId}_${numProfiles}` : new Date().toISOString().replace(/[-:T]/g, '_').slice(0, 23);
  const place = join(folder, 'plugins', 'profile', run);
  const name = worldSize > 1 ? `${hostname()}_rank${rank}` : hostname();
  const traceFile = join(place, `${name}.trace.json`);
  const xplaneFile = join(place, `${name}.xplane.pb`);
  try {
    await mkdir(place, { recursive: true });
    await writeFile(xplaneFile, bytes);
    await writeFile(traceFile, JSON.stringify(toTraceEvents(tracks, `rank ${rank}`)));
  } catch (cause) {
    throw notWritten({ code: 'TFD_PROFILE_WRITE', rule: `The profile could not be written to ${place}.` }, cause);
  }
  return {
    operations: operationTimes(tracks, 'operation'),
    traceFile,
    xplaneFile,
    summary: (options = {}) => toTable(operationTimes(tracks, options.by ?? 'operation'), options),
  };
}

function alreadyProfiling(): UserError {
  return new UserError({
    code: 'TFD_PROFILE_ACTIVE',
    rule: 'A process makes one profile at a time.',
    received: 'tf.profile() before another one has ended',
    remedy: 'Await the first, or profile both parts in one function.',
  });
}
