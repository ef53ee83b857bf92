/** Fetches the library into our cache: locate the wheel, obtain it, unpack it, and put it into place by one rename. */

import fs from 'node:fs/promises';
import path from 'node:path';
import { EnvironmentError } from '../../base/errors.ts';
import { withLock } from '../../base/lock.ts';
import { cacheDirectory, findCached, runtimesDirectory, wantedVersion } from './cache.ts';
import { cacheError } from './fetchErrors.ts';
import type { Host } from './host.ts';
import { createHttpClient } from './httpClient.ts';
import { installWheel, removeLeftovers } from './installWheel.ts';
import { locateWheel } from './locateWheel.ts';
import { obtainWheel } from './obtainWheel.ts';
import { readPipConfig } from './pipConfig.ts';
import type { Runtime } from './Runtime.ts';
import { assertSupportedVersion } from './version.ts';

export interface FetchOptions {
  /** Writes no progress. Default: false. */
  quiet?: boolean;
  signal?: AbortSignal;
  /** Longest wait for a connection in ms. Default: 15,000. */
  connectMs?: number;
  /** Longest wait for the next byte in ms. Default: 30,000, or pip's time-out where that is longer. */
  stallMs?: number;
  /** Wait before the second attempt in ms; doubled before each further one. Default: 1,000. */
  backOffMs?: number;
  /** Attempts without a new byte before giving up. Default: 5. */
  maxAttempts?: number;
}

/** Fetches once, however many processes ask: the others wait and then find it. */
export async function fetchRuntime(host: Host, options: FetchOptions = {}): Promise<Runtime> {
  const version = wantedVersion(host);
  assertSupportedVersion(version, 'TFJS_DISTRIBUTE_TF_VERSION');
  assertFetchable(host);
  const { signal, quiet = false } = options;
  const cache = cacheDirectory(host);
  const onWait = (holder: { pid: number } | undefined): void => {
    const who = holder === undefined ? 'another process' : `process ${holder.pid}`;
    if (!quiet) process.stderr.write(`Waiting for ${who}, which is fetching TensorFlow...\n`);
  };
  try {
    await fs.mkdir(runtimesDirectory(host), { recursive: true });
    return await withLock(
      path.join(cache, 'fetch.lock'),
      async () => findCached(host) ?? (await fetchLocked(version, host, options)),
      { onWait, ...(signal && { signal }) },
    );
  } catch (error) {
    throw cacheError(error, cache);
  }
}

async function fetchLocked(version: string, host: Host, options: FetchOptions): Promise<Runtime> {
  const { quiet = false, signal, connectMs = 15_000, backOffMs = 1000, maxAttempts = 5 } = options;
  const pip = readPipConfig(host);
  const stallMs = options.stallMs ?? Math.max(30_000, pip.timeoutMs ?? 0);
  const client = createHttpClient(host, pip, { connectMs, stallMs });
  const directory = runtimesDirectory(host);
  if (!quiet) process.stderr.write(`TensorFlow is not on this machine yet: fetching it once into ${directory}\n`);
  try {
    const wheel = await locateWheel(version, host, pip, { client, backOffMs, signal });
    await removeLeftovers(directory, wheel);
    const obtained = await obtainWheel(wheel, directory, { client, signal, quiet, backOffMs, maxAttempts });
    return await installWheel(wheel, version, obtained, host, { quiet, signal });
  } finally {
    await client.close();
  }
}

function assertFetchable(host: Host): void {
  const libc = host.platform === 'linux' && host.glibc === undefined ? ', a C library other than glibc' : '';
  if (host.platform === 'darwin' || (host.platform === 'linux' && libc === '')) return;
  throw new EnvironmentError({
    code: 'TFD_PLATFORM_UNSUPPORTED',
    rule: 'TensorFlow can be fetched for Linux with glibc and for macOS only.',
    received: `${host.platform} ${host.arch}${libc}`,
    remedy:
      host.platform === 'win32'
        ? 'Run inside WSL (Windows Subsystem for Linux).'
        : 'Use a system with glibc, or set TFJS_DISTRIBUTE_LIBRARY to a library that was built for this one.',
  });
}
