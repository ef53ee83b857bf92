/** Turns what can go wrong while fetching into errors that say what to do. */

import { DistributeError, EnvironmentError } from '../../base/errors.ts';
import { pinnedVersion } from './version.ts';

const waysOut =
  'One of three things. 1. Set TFJS_DISTRIBUTE_LIBRARY to the folder of an installed Python package "tensorflow". ' +
  `2. Install tensorflow-cpu ${pinnedVersion} in the active Python environment. ` +
  '3. Give pip an index (PIP_INDEX_URL) or a folder (PIP_FIND_LINKS) that holds the wheel.';

/** No library on this machine, and none could be fetched. @param tried what was tried, each with how it ended */
export function runtimeUnavailable(tried: readonly string[], cause?: unknown): EnvironmentError {
  return new EnvironmentError({
    code: 'TFD_RUNTIME_UNAVAILABLE',
    rule: "TensorFlow's library is not on this machine, and it could not be fetched.",
    received: tried.join('; '),
    remedy: waysOut,
    cause,
  });
}

export function downloadCorrupt(fileName: string, received: string, cause?: unknown): EnvironmentError {
  return new EnvironmentError({
    code: 'TFD_DOWNLOAD_CORRUPT',
    rule: `What was fetched as ${fileName} must be what the package index promised.`,
    received,
    remedy:
      'The file was removed. Try again; where it happens each time, the index, the mirror or a proxy between changes ' +
      'or cuts the file: use another one (PIP_INDEX_URL).',
    cause,
  });
}

export function diskFull(directory: string, received: string, cause?: unknown): EnvironmentError {
  return new EnvironmentError({
    code: 'TFD_DISK_FULL',
    rule: "The disk must have room for TensorFlow's library, about 1.3 GB while it is fetched and 0.9 GB afterwards.",
    received,
    remedy: `Make room, or set TFJS_DISTRIBUTE_CACHE to a folder on another disk (now ${directory}).`,
    cause,
  });
}

/** An error of the file system inside our cache, translated; any other error as it is. */
export function cacheError(error: unknown, directory: string): unknown {
  if (error instanceof DistributeError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(directory, message, error);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EEXIST') {
    return new EnvironmentError({
      code: 'TFD_CACHE_NOT_WRITABLE',
      rule: 'The cache folder, into which TensorFlow is fetched, must be writable.',
      received: message,
      remedy: `Allow writing to ${directory}, or set TFJS_DISTRIBUTE_CACHE to a folder of yours.`,
      cause: error,
    });
  }
  return error;
}
