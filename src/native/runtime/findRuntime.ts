/** Looks for a TensorFlow library on this machine: at once, without the network, and without starting Python. */

import path from 'node:path';
import { UserError } from '../../base/errors.ts';
import { findCached } from './cache.ts';
import { installedVersion } from './distInfo.ts';
import { isFile } from './files.ts';
import { thisHost } from './host.ts';
import type { Host } from './host.ts';
import { pythonSites } from './pythonSites.ts';
import { librariesIn, libraryNames } from './Runtime.ts';
import type { Runtime } from './Runtime.ts';
import { assertSupportedVersion, isSupportedVersion, supportedRange } from './version.ts';

export interface Search {
  runtime: Runtime | undefined;
  /** What was found and passed over, and why; one sentence each. */
  notes: string[];
}

/**
 * The TensorFlow library to use, or `undefined` where there is none on this machine yet. The first of:
 * the folder that `TFJS_DISTRIBUTE_LIBRARY` names, the active Python environment, our cache.
 * @throws {UserError} `TFD_LIBRARY_NOT_FOUND` or `TFD_LIBRARY_VERSION`, for `TFJS_DISTRIBUTE_LIBRARY` only
 */
export function findRuntime(): Runtime | undefined {
  return searchRuntime().runtime;
}

/** As {@link findRuntime}, and says what was passed over. */
export function searchRuntime(host: Host = thisHost()): Search {
  const notes: string[] = [];
  const runtime = findNamed(host) ?? findInPython(host, notes) ?? findCached(host);
  return { runtime, notes };
}

function findNamed(host: Host): Runtime | undefined {
  const named = host.env['TFJS_DISTRIBUTE_LIBRARY'];
  if (!named) return undefined;
  const names = libraryNames(host.platform);
  const full = path.resolve(host.workingDirectory, named);
  const libraries = [isFile(full) ? path.dirname(full) : full, path.join(full, 'tensorflow')]
    .map((directory) => librariesIn(directory, host.platform))
    .find((found) => found !== undefined);
  if (libraries === undefined) {
    throw new UserError({
      code: 'TFD_LIBRARY_NOT_FOUND',
      rule: `The folder that TFJS_DISTRIBUTE_LIBRARY names must hold ${names.cc} and ${names.framework}.`,
      received: named,
      remedy:
        'Give the folder of the Python package "tensorflow" (…/site-packages/tensorflow), or unset the variable ' +
        'and let the library be found or fetched.',
    });
  }
  const version = installedVersion(libraries.directory, libraries.ccLibrary);
  if (version !== undefined) assertSupportedVersion(version, `TFJS_DISTRIBUTE_LIBRARY=${named}`);
  return { ...libraries, version, source: 'environment' };
}

function findInPython(host: Host, notes: string[]): Runtime | undefined {
  for (const site of pythonSites(host)) {
    const libraries = librariesIn(path.join(site, 'tensorflow'), host.platform);
    if (libraries === undefined) continue;
    const version = installedVersion(libraries.directory, libraries.ccLibrary);
    if (version === undefined || isSupportedVersion(version)) return { ...libraries, version, source: 'python' };
    notes.push(`TensorFlow ${version} in ${site} was passed over: versions ${supportedRange} are supported.`);
  }
  return undefined;
}
