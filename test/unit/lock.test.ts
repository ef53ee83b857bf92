/** The lock between processes: one holder at a time, and dead holders do not block. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from '../../src/base/lock.ts';
import type { LockHolder } from '../../src/base/lock.ts';
import { temporaryFolder } from './support/fakeHost.ts';

const timeout = 20_000;

/** What the lock file holds while this process has the lock. */
async function ownHolder(file: string): Promise<LockHolder> {
  return withLock(file, () => Promise.resolve(JSON.parse(fs.readFileSync(file, 'utf8')) as LockHolder));
}

test('one at a time, and given back also after an error', { timeout }, async (t) => {
  const file = path.join(temporaryFolder(t), 'lock');
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++inside);
    await sleep(5);
    inside--;
    throw new Error('from the work');
  };
  const runs = Array.from({ length: 8 }, () => withLock(file, work, { pollMs: 1 }));
  for (const result of await Promise.allSettled(runs)) {
    assert.equal(result.status, 'rejected');
    assert.match(String(result.reason), /from the work/);
  }
  assert.equal(most, 1);
  assert.equal(fs.existsSync(file), false);
});

test('a dead holder on this machine is passed over at once', { timeout }, async (t) => {
  const file = path.join(temporaryFolder(t), 'lock');
  const own = await ownHolder(file);
  const dead = spawnSync(process.execPath, ['--version']).pid;
  fs.writeFileSync(file, JSON.stringify({ ...own, id: 'dead', pid: dead }));
  assert.equal(await withLock(file, () => Promise.resolve('mine')), 'mine');
});

test(
  'a later process with the same pid is not the holder',
  { timeout, skip: process.platform !== 'linux' },
  async (t) => {
    const file = path.join(temporaryFolder(t), 'lock');
    const own = await ownHolder(file);
    fs.writeFileSync(file, JSON.stringify({ ...own, id: 'dead', startedAt: '1' }));
    assert.equal(await withLock(file, () => Promise.resolve('mine')), 'mine');
  },
);

test('a holder on another machine is dead when its sign of life stands still', { timeout }, async (t) => {
  const file = path.join(temporaryFolder(t), 'lock');
  const own = await ownHolder(file);
  fs.writeFileSync(file, JSON.stringify({ ...own, id: 'far', machine: 'another' }));
  const alive = setInterval(() => {
    fs.utimesSync(file, new Date(), new Date());
  }, 20);
  const start = performance.now();
  setTimeout(() => {
    clearInterval(alive);
  }, 500);
  const waits: (string | undefined)[] = [];
  await withLock(file, () => Promise.resolve(), {
    pollMs: 10,
    staleMs: 200,
    onWait: (holder) => waits.push(holder?.id),
  });
  assert.ok(performance.now() - start > 600, 'not while it still gave signs of life');
  assert.deepEqual(waits, ['far']);
});

test('a file that breaks off does not block for ever', { timeout }, async (t) => {
  const file = path.join(temporaryFolder(t), 'lock');
  fs.writeFileSync(file, '{"id": "ha');
  assert.equal(await withLock(file, () => Promise.resolve('mine'), { pollMs: 10, staleMs: 100 }), 'mine');
});

test('waiting can be given up', { timeout }, async (t) => {
  const file = path.join(temporaryFolder(t), 'lock');
  const signal = AbortSignal.timeout(100);
  await withLock(file, async () => {
    await assert.rejects(
      withLock(file, () => Promise.resolve(), { signal }),
      { name: 'AbortError' },
    );
    assert.ok(fs.existsSync(file), 'the holder keeps it');
  });
});
