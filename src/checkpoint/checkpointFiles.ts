/** The files of a checkpoint: written under another name, and put in place at the end. */
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Folders that this process is writing to. */
const ownFolders = new Set<string>();

/**
 * Has `write` make the files of a checkpoint, and puts them in place when they are complete and on disk. A process that
 * is killed on the way leaves what was there before, and a hidden folder that the next save removes.
 *
 * Where `prefix` exists already, the old checkpoint is removed just before the new one takes its place.
 */
export async function putInPlace(prefix: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const folder = dirname(prefix);
  await fs.mkdir(folder, { recursive: true });
  await removeAbandoned(folder);
  const temporary = await fs.mkdtemp(join(folder, `.saving-${process.pid}-${hostname()}-`));
  ownFolders.add(temporary);
  try {
    await write(join(temporary, 'new'));
    const files = await fs.readdir(temporary);
    for (const file of files) await flush(join(temporary, file));
    if (existsSync(`${prefix}.index`)) await removeCheckpoint(prefix);
    // The index last: without it there is no checkpoint.
    for (const file of files.sort()) await fs.rename(join(temporary, file), `${prefix}${file.slice('new'.length)}`);
    await flush(folder);
  } finally {
    await fs.rm(temporary, { recursive: true, force: true });
    ownFolders.delete(temporary);
  }
}

/** Removes the checkpoint `prefix`, its index first. */
export async function removeCheckpoint(prefix: string): Promise<void> {
  await fs.rm(`${prefix}.index`, { force: true });
  const [folder, name] = [dirname(prefix), basename(prefix)];
  for (const file of await fs.readdir(folder)) {
    if (file.startsWith(`${name}.data-`)) await fs.rm(join(folder, file), { force: true });
  }
}

/** Replaces the file `path` as a whole. One process at a time may do so. */
export async function replaceFile(path: string, content: string): Promise<void> {
  const temporary = `${path}.tmp`;
  await fs.writeFile(temporary, content, { flush: true });
  await fs.rename(temporary, path);
}

/** Removes the folders of processes of this machine that died while they saved. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await fs.readdir(folder)) {
    const [, pid, host] = /^\.saving-(\d+)-(.+)-\w{6}$/.exec(name) ?? [];
    if (pid === undefined || host !== hostname() || ownFolders.has(join(folder, name))) continue;
    if (Number(pid) === process.pid || !isRunning(Number(pid))) {
      await fs.rm(join(folder, name), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function flush(path: string): Promise<void> {
  const file = await fs.open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
