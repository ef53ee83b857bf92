/** Our cache of fetched runtimes: where it lies, what it holds, and what makes an entry count as finished. */

import path from 'node:path';
import { fileSize, listNames, readText } from './files.ts';
import type { Host } from './host.ts';
import { librariesIn } from './Runtime.ts';
import type { Runtime } from './Runtime.ts';
import { isSupportedVersion, pinnedVersion } from './version.ts';

/**
 * Written as the last file of an entry, before the entry gets its name by one rename. An entry counts as finished only
 * where every file that it lists has its size.
 */
export interface Manifest {
  distribution: string;
  version: string;
  wheel: string;
  /** Of the wheel. */
  sha256: string;
  /** Size in bytes of each file, by its path inside the entry. */
  files: Record<string, number>;
}

export const manifestName = 'manifest.json';

/** `TFJS_DISTRIBUTE_CACHE`, else the place that the platform has for caches. */
export function cacheDirectory(host: Host): string {
  const { env } = host;
  if (env['TFJS_DISTRIBUTE_CACHE']) return path.resolve(host.workingDirectory, env['TFJS_DISTRIBUTE_CACHE']);
  const xdg = env['XDG_CACHE_HOME'];
  if (xdg && path.isAbsolute(xdg)) return path.join(xdg, 'tfjs-distribute');
  return path.join(host.home, host.platform === 'darwin' ? 'Library/Caches' : '.cache', 'tfjs-distribute');
}

/** The folder of the finished runtimes. Each entry is laid out as the wheel: `tensorflow/`, `*.dist-info/`. */
export function runtimesDirectory(host: Host): string {
  return path.join(cacheDirectory(host), 'runtimes');
}

/** Name of an entry, for example `tensorflow_cpu-2.21.0-linux-x64`. */
export function entryName(distribution: string, version: string, host: Host): string {
  return `${distribution.replaceAll('-', '_')}-${version}-${host.platform}-${host.arch}`;
}

/** The version that is wanted from the cache or the package index. */
export function wantedVersion(host: Host): string {
  return host.env['TFJS_DISTRIBUTE_TF_VERSION'] ?? pinnedVersion;
}

/** A finished runtime for this platform: of the wanted version, else (where none was asked for) the newest. */
export function findCached(host: Host): Runtime | undefined {
  const asked = host.env['TFJS_DISTRIBUTE_TF_VERSION'];
  const found = listNames(runtimesDirectory(host))
    .filter((name) => name.endsWith(`-${host.platform}-${host.arch}`))
    .map((name) => readEntry(path.join(runtimesDirectory(host), name), host))
    .filter((runtime) => runtime !== undefined);
  const wanted = found.find((runtime) => runtime.version === wantedVersion(host));
  return wanted ?? (asked === undefined ? found[0] : undefined);
}

/** The runtime in a finished entry, or `undefined` where the entry lacks something. */
export function readEntry(entry: string, host: Host): Runtime | undefined {
  const manifest = readManifest(entry);
  if (manifest === undefined || !isSupportedVersion(manifest.version)) return undefined;
  const complete = Object.entries(manifest.files).every(([file, size]) => fileSize(path.join(entry, file)) === size);
  const libraries = complete ? librariesIn(path.join(entry, 'tensorflow'), host.platform) : undefined;
  return libraries && { ...libraries, version: manifest.version, source: 'cache' };
}

function readManifest(entry: string): Manifest | undefined {
  const text = readText(path.join(entry, manifestName));
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as Partial<Manifest>;
    return typeof value.version === 'string' && typeof value.files === 'object' ? (value as Manifest) : undefined;
  } catch {
    return undefined;
  }
}
