/** Finds the TensorFlow library, and fetches it where there is none. */

import type { FetchOptions } from './fetchRuntime.ts';
import { searchRuntime } from './findRuntime.ts';
import { thisHost } from './host.ts';
import type { Host } from './host.ts';
import type { Runtime } from './Runtime.ts';

/**
 * The library on this machine, else the one fetched into our cache (about 270 MB, with progress on stderr) from the
 * package index that the user's pip is configured for.
 * @param options.quiet writes no progress and no notes; default false
 * @param options.signal gives up the fetch; what has arrived is kept for the next time
 * @throws {EnvironmentError} `TFD_RUNTIME_UNAVAILABLE`, `TFD_DOWNLOAD_CORRUPT`, `TFD_DISK_FULL`,
 *   `TFD_CACHE_NOT_WRITABLE`, `TFD_PLATFORM_UNSUPPORTED` or `TFD_PIP_CONFIG`
 * @throws {UserError} `TFD_LIBRARY_NOT_FOUND` or `TFD_LIBRARY_VERSION`
 */
export async function ensureRuntime(options: { quiet?: boolean; signal?: AbortSignal } = {}): Promise<Runtime> {
  return ensureRuntimeOn(thisHost(), options);
}

/** As {@link ensureRuntime}, on a given host and with every time-out open; for tests. */
export async function ensureRuntimeOn(host: Host, options: FetchOptions = {}): Promise<Runtime> {
  const { runtime, notes } = searchRuntime(host);
  if (!options.quiet) for (const note of notes) process.stderr.write(`${note}\n`);
  if (runtime !== undefined) return runtime;
  // Loaded only where it is needed: the libraries for fetching take longer to start than the search.
  const { fetchRuntime } = await import('./fetchRuntime.ts');
  return fetchRuntime(host, options);
}
