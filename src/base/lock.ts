/** A lock between processes: a file that names its holder, given up when the holder leaves or dies. */

import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LockOptions {
  signal?: AbortSignal;
  /** Called once, when another process holds the lock. */
  onWait?: (holder: LockHolder | undefined) => void;
  /** How often a waiter looks, in ms. Default: 250. */
  pollMs?: number;
  /** A holder on another machine whose sign of life is older counts as dead, in ms. Default: 60,000. */
  staleMs?: number;
}

export interface LockHolder {
  readonly id: string;
  readonly pid: number;
  /** Host, boot and process namespace: only there does the pid mean something. */
  readonly machine: string;
  /** Tells a process from a later one with the same pid; empty where the system does not say. */
  readonly startedAt: string;
}

/** Runs `work` while holding the lock `file`, whose folder must exist. At most one process runs it at a time. */
export async function withLock<T>(file: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  const me = thisProcess();
  await acquire(file, me, options);
  // Sign of life for waiters on other machines that share the folder.
  const heartbeat = setInterval(() => void touch(file), (options.staleMs ?? 60_000) / 6);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await readHolder(file))?.id === me.id) await fs.rm(file, { force: true });
  }
}

async function acquire(file: string, me: LockHolder, options: LockOptions): Promise<void> {
  const { signal, onWait, pollMs = 250, staleMs = 60_000 } = options;
  const watch = { modifiedMs: Number.NaN, sinceMs: performance.now() };
  let told = false;
  while (!(await tryCreate(file, me))) {
    const holder = await readHolder(file);
    if (await isAbandoned(file, holder, watch, staleMs)) {
      await breakLock(file, holder);
      continue;
    }
    if (!told) onWait?.(holder);
    told = true;
    await sleep(pollMs, undefined, signal && { signal });
  }
}

async function tryCreate(file: string, me: LockHolder): Promise<boolean> {
  try {
    await fs.writeFile(file, JSON.stringify(me), { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function isAbandoned(
  file: string,
  holder: LockHolder | undefined,
  watch: { modifiedMs: number; sinceMs: number },
  staleMs: number,
): Promise<boolean> {
  if (holder?.machine === machine()) return !isAlive(holder);
  // Clocks of two machines differ, so only our own clock measures how long the sign of life has not moved.
  const modifiedMs = await fs.stat(file).then(
    (found) => found.mtimeMs,
    () => Number.NaN,
  );
  if (Number.isNaN(modifiedMs) || modifiedMs !== watch.modifiedMs) {
    watch.modifiedMs = modifiedMs;
    watch.sinceMs = performance.now();
  }
  return performance.now() - watch.sinceMs > staleMs;
}

/** Moves the dead holder's file away; where another waiter was faster, its new lock is put back. */
async function breakLock(file: string, holder: LockHolder | undefined): Promise<void> {
  const away = `${file}.${randomUUID()}`;
  try {
    await fs.rename(file, away);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  if ((await readHolder(away))?.id !== holder?.id) {
    await fs.copyFile(away, file, fs.constants.COPYFILE_EXCL).catch(() => undefined);
  }
  await fs.rm(away, { force: true });
}

async function readHolder(file: string): Promise<LockHolder | undefined> {
  try {
    return JSON.parse(await fs.readFile(file, 'utf8')) as LockHolder;
  } catch {
    return undefined;
  }
}

async function touch(file: string): Promise<void> {
  const now = new Date();
  await fs.utimes(file, now, now).catch(() => undefined);
}

function thisProcess(): LockHolder {
  return {
    id: randomUUID(),
    pid: process.pid,
    machine: machine(),
    startedAt: processStat(process.pid)?.startedAt ?? '',
  };
}

function machine(): string {
  let place = os.hostname();
  try {
    place += ` ${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    // Not Linux: the host's name has to do.
  }
  return place;
}

function isAlive(holder: LockHolder): boolean {
  const stat = processStat(holder.pid);
  if (stat !== undefined) return stat.state !== 'Z' && stat.startedAt === holder.startedAt;
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** Fields 3 and 22 of /proc/PID/stat, where there is one; the name in field 2 may hold spaces and brackets. */
function processStat(pid: number): { state: string; startedAt: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
