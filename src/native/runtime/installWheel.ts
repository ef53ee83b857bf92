/** Unpacks an obtained wheel beside its final place and makes it visible, complete, by one rename. */

import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { InternalError } from '../../base/errors.ts';
import { createProgress } from '../../base/progress.ts';
import { entryName, manifestName, readEntry, runtimesDirectory } from './cache.ts';
import type { Manifest } from './cache.ts';
import { downloadCorrupt } from './fetchErrors.ts';
import type { Host } from './host.ts';
import type { LocatedWheel } from './locateWheel.ts';
import { partName } from './obtainWheel.ts';
import type { ObtainedWheel } from './obtainWheel.ts';
import { librariesIn, libraryNames } from './Runtime.ts';
import type { Runtime } from './Runtime.ts';
import { DamagedWheelError, unpackWheel } from './unpackWheel.ts';

const temporaryPrefix = '.unpack-';

export async function installWheel(
  wheel: LocatedWheel,
  version: string,
  obtained: ObtainedWheel,
  host: Host,
  { quiet, signal }: { quiet: boolean; signal: AbortSignal | undefined },
): Promise<Runtime> {
  const directory = runtimesDirectory(host);
  const temporary = path.join(directory, `${temporaryPrefix}${randomUUID()}`);
  const final = path.join(directory, entryName(wheel.distribution, version, host));
  try {
    await fs.mkdir(temporary);
    const files = await unpackShown(wheel, obtained, temporary, host, quiet, signal);
    const { distribution, fileName } = wheel;
    const manifest: Manifest = { distribution, version, wheel: fileName, sha256: obtained.sha256, files };
    await fs.writeFile(path.join(temporary, manifestName), JSON.stringify(manifest, undefined, 1), { flush: true });
    // What lies at the final place now is not complete, else nothing would have been fetched.
    await moveAway(final, directory);
    await fs.rename(temporary, final);
  } finally {
    await fs.rm(temporary, { recursive: true, force: true });
  }
  if (obtained.temporary) await fs.rm(obtained.file, { force: true });
  const runtime = readEntry(final, host);
  if (runtime === undefined) throw new InternalError(`The runtime in ${final} is not complete after unpacking.`);
  return { ...runtime, source: 'downloaded' };
}

async function unpackShown(
  wheel: LocatedWheel,
  obtained: ObtainedWheel,
  directory: string,
  host: Host,
  quiet: boolean,
  signal: AbortSignal | undefined,
): Promise<Record<string, number>> {
  let progress: ReturnType<typeof createProgress> | undefined;
  try {
    const { files } = await unpackWheel(
      obtained.file,
      directory,
      (done, total) => {
        progress ??= createProgress({ title: 'Unpacking', unit: 'bytes', total, quiet });
        progress.update(done);
      },
      signal,
    );
    if (librariesIn(path.join(directory, 'tensorflow'), host.platform) === undefined) {
      throw new DamagedWheelError(`it does not hold ${libraryNames(host.platform).cc}`);
    }
    return files;
  } catch (error) {
    if (!(error instanceof DamagedWheelError)) throw error;
    if (obtained.temporary) await fs.rm(obtained.file, { force: true });
    throw downloadCorrupt(wheel.fileName, error.message, error);
  } finally {
    progress?.done();
  }
}

async function moveAway(final: string, directory: string): Promise<void> {
  const away = path.join(directory, `${temporaryPrefix}${randomUUID()}`);
  try {
    await fs.rename(final, away);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await fs.rm(away, { recursive: true, force: true });
}

/** Removes what killed processes left, except the part of this wheel, which is gone on with. Holds the lock. */
export async function removeLeftovers(directory: string, wheel: LocatedWheel): Promise<void> {
  const leftovers = (await fs.readdir(directory)).filter((name) => name.startsWith('.') && name !== partName(wheel));
  await Promise.all(leftovers.map((name) => fs.rm(path.join(directory, name), { recursive: true, force: true })));
}
