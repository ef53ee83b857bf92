/** Brings the chosen wheel onto this machine: as it lies in a folder, or downloaded and compared with its SHA-256. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createProgress } from '../../base/progress.ts';
import type { Progress } from '../../base/progress.ts';
import { download } from './download.ts';
import type { DownloadOptions } from './download.ts';
import { diskFull, downloadCorrupt } from './fetchErrors.ts';
import { fileSize } from './files.ts';
import type { LocatedWheel } from './locateWheel.ts';

export interface ObtainedWheel {
  readonly file: string;
  readonly sha256: string;
  /** A download of ours, to be removed once unpacked; not a file of the user. */
  readonly temporary: boolean;
}

export type ObtainOptions = Pick<DownloadOptions, 'client' | 'signal' | 'backOffMs' | 'maxAttempts'> & {
  quiet: boolean;
};

/** The wheel and what comes out of it take at least this many times the wheel's size. */
const roomFactor = 3;

/** Where the bytes of a wheel go while they arrive, so that a later process goes on with them. */
export function partName(wheel: LocatedWheel): string {
  return `.download-${wheel.sha256 ?? wheel.fileName}`;
}

/** @param directory of the cache, where the download goes */
export async function obtainWheel(
  wheel: LocatedWheel,
  directory: string,
  options: ObtainOptions,
): Promise<ObtainedWheel> {
  if (wheel.url.startsWith('file:')) {
    const file = fileURLToPath(wheel.url);
    return { file, sha256: await verify(wheel, file), temporary: false };
  }
  const file = path.join(directory, partName(wheel));
  // Only a digest tells that what an earlier process left is a part of the same file.
  if (wheel.sha256 === undefined) await fs.rm(file, { force: true });
  const resumed = fileSize(file) !== undefined;
  await assertRoom(wheel, directory, fileSize(file) ?? 0);
  try {
    return await downloadAndVerify(wheel, file, options);
  } catch (error) {
    if (!resumed || fileSize(file) !== undefined) throw error;
    return await downloadAndVerify(wheel, file, options);
  }
}

async function downloadAndVerify(wheel: LocatedWheel, file: string, options: ObtainOptions): Promise<ObtainedWheel> {
  const title = `Fetching ${wheel.fileName.split('-', 2).join(' ')}`;
  let progress: Progress | undefined;
  try {
    await download(wheel.url, file, {
      ...options,
      sizeBytes: wheel.sizeBytes,
      onProgress(done, total) {
        const known = total === undefined ? {} : { total };
        progress ??= createProgress({ title, unit: 'bytes', quiet: options.quiet, ...known });
        progress.update(done);
      },
    });
  } finally {
    progress?.done();
  }
  try {
    return { file, sha256: await verify(wheel, file), temporary: true };
  } catch (error) {
    await fs.rm(file, { force: true });
    throw error;
  }
}

async function verify(wheel: LocatedWheel, file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  const sha256 = hash.digest('hex');
  if (wheel.sha256 === undefined || sha256 === wheel.sha256) return sha256;
  const received = `SHA-256 ${sha256} (${fileSize(file) ?? 0} bytes) instead of ${wheel.sha256}`;
  throw downloadCorrupt(wheel.fileName, received);
}

async function assertRoom(wheel: LocatedWheel, directory: string, presentBytes: number): Promise<void> {
  if (wheel.sizeBytes === undefined) return;
  const { bavail, bsize } = await fs.statfs(directory);
  const neededBytes = wheel.sizeBytes * roomFactor - presentBytes;
  if (bavail * bsize >= neededBytes) return;
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
  throw diskFull(directory, `${megabytes(bavail * bsize)} free, at least ${megabytes(neededBytes)} needed`);
}
