/** What `doctor` finds out, each part by itself; nothing here loads TensorFlow or changes the machine. */

import { readFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import { DistributeError } from '../../base/errors.ts';
import { findCollectivesLibrary } from '../../native/collectivesLibrary.ts';
import { cacheDirectory, ensureRuntime, searchRuntime, thisHost } from '../../native/runtime/index.ts';
import type { Runtime } from '../../native/runtime/index.ts';
import { clusterFacts } from './clusterFacts.ts';
import type { ClusterFacts } from './clusterFacts.ts';

/** A device that TensorFlow can compute on. */
export interface DeviceFact {
  /** For example `/device:GPU:0`. */
  name: string;
  /** `CPU`, `GPU`, ... */
  type: string;
  memoryBytes?: number;
}

export interface DoctorFacts {
  node: { version: string; path: string };
  system: { platform: string; arch: string; release: string; glibc: string | undefined };
  cpu: { model: string; cores: number; features: string[] };
  memory: { totalBytes: number; freeBytes: number };
  runtime: RuntimeFact;
  collectives: { library: string | undefined; problem?: string };
  /** `undefined` where nobody asked TensorFlow. */
  devices: DeviceFact[] | { problem: string } | undefined;
  /** Why no port on the loopback interface can be bound; `undefined` where one can. */
  portProblem: string | undefined;
  cluster: ClusterFacts;
}

export interface RuntimeFact {
  found: Runtime | undefined;
  /** What was passed over, and why. */
  notes: string[];
  cacheDirectory: string;
  problem?: { message: string; remedy: string | undefined };
}

export interface CollectOptions {
  /** Fetch the library where it is missing. */
  fetch: boolean;
  listDevices: ((runtime: Runtime) => Promise<DeviceFact[]>) | undefined;
}

export async function collectFacts({ fetch, listDevices }: CollectOptions): Promise<DoctorFacts> {
  const host = thisHost();
  const runtime = await runtimeFact(fetch);
  return {
    node: { version: process.version, path: process.execPath },
    system: { platform: host.platform, arch: host.arch, release: os.release(), glibc: host.glibc },
    cpu: {
      model: os.cpus()[0]?.model.trim() ?? 'unknown',
      cores: os.availableParallelism(),
      features: cpuFeatures(),
    },
    memory: memoryFact(),
    runtime,
    collectives: collectivesFact(),
    devices: await devicesFact(runtime.found, listDevices),
    portProblem: await portProblem(),
    cluster: clusterFacts(process.env),
  };
}

async function runtimeFact(fetch: boolean): Promise<RuntimeFact> {
  const base = { found: undefined, notes: [], cacheDirectory: cacheDirectory(thisHost()) };
  try {
    const { runtime, notes } = searchRuntime();
    return { ...base, notes, found: runtime ?? (fetch ? await ensureRuntime() : undefined) };
  } catch (error) {
    return { ...base, problem: problemOf(error) };
  }
}

function problemOf(error: unknown): { message: string; remedy: string | undefined } {
  if (!(error instanceof DistributeError)) throw error;
  const received = error.received === undefined ? '' : ` Received: ${error.received}`;
  return { message: `[${error.code}] ${error.rule}${received}`, remedy: error.remedy };
}

function collectivesFact(): DoctorFacts['collectives'] {
  try {
    return { library: findCollectivesLibrary() };
  } catch (error) {
    return { library: undefined, problem: problemOf(error).message };
  }
}

async function devicesFact(
  runtime: Runtime | undefined,
  listDevices: CollectOptions['listDevices'],
): Promise<DoctorFacts['devices']> {
  if (runtime === undefined || listDevices === undefined) return undefined;
  try {
    return await listDevices(runtime);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Those that TensorFlow's kernels choose by, on Linux; elsewhere an empty list. */
function cpuFeatures(): string[] {
  const known = /^(avx|avx2|fma|avx512f|avx512_vnni|avx512_bf16|amx_tile|amx_bf16|amx_int8|asimd|sve|sve2|bf16|i8mm)$/;
  try {
    const flags = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
    return flags.split(' ').filter((flag) => known.test(flag));
  } catch {
    return [];
  }
}

/** In a container its limit counts, not the machine's memory. */
function memoryFact(): DoctorFacts['memory'] {
  const limit = process.constrainedMemory();
  const machineBytes = os.totalmem();
  const totalBytes = limit > 0 && limit < machineBytes ? limit : machineBytes;
  return { totalBytes, freeBytes: Math.min(os.freemem(), totalBytes) };
}

async function portProblem(): Promise<string | undefined> {
  const server = net.createServer();
  return new Promise((resolve) => {
    server.once('error', (error) => {
      resolve(error.message);
    });
    server.listen(0, '127.0.0.1', () => server.close(() => resolve(undefined)));
  });
}
