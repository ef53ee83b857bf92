/** Several processes that fetch at once, and processes that are killed while they fetch. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { thisHost } from '../../src/native/runtime/host.ts';
import { libraryNames } from '../../src/native/runtime/Runtime.ts';
import { temporaryFolder } from './support/fakeHost.ts';
import { startFakeIndex } from './support/fakeIndex.ts';
import type { FakeIndex } from './support/fakeIndex.ts';
import { fakeWheel } from './support/fakeWheel.ts';

const timeout = 60_000;
const child = fileURLToPath(new URL('support/fetchChild.ts', import.meta.url));
const host = thisHost();
const architecture = { x64: 'x86_64', arm64: host.platform === 'darwin' ? 'arm64' : 'aarch64' }[host.arch] ?? host.arch;
const tag = `cp312-cp312-${host.platform === 'darwin' ? 'macosx_11_0' : 'linux'}_${architecture}`;
const wheel = fakeWheel({ tag, libraries: libraryNames(host.platform), sizeBytes: 2_000_000 });

interface Fetching {
  pid: number;
  /** What it has written to stderr so far. */
  errors: () => string;
  /** Ends it at once, without a chance to clean up. */
  kill: () => void;
  ended: Promise<{ code: number | null; source: string | undefined }>;
}

function startFetching(t: TestContext, home: string, index: FakeIndex): Fetching {
  const started = spawn(process.execPath, ['--import', 'tsx', child], {
    env: { HOME: home, PATH: '/nowhere', PIP_CONFIG_FILE: '/dev/null', PIP_INDEX_URL: index.url },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = (): void => void started.kill('SIGKILL');
  t.after(kill);
  let output = '';
  let errors = '';
  started.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  started.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<{ code: number | null; source: string | undefined }>((resolve) => {
    started.on('close', (code) => {
      const source = output === '' ? undefined : (JSON.parse(output) as { source: string }).source;
      resolve({ code, source });
    });
  });
  return { pid: started.pid ?? 0, errors: () => errors, kill, ended };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

/** The cache of a child; on macOS it lies elsewhere. */
function runtimes(home: string): string {
  const caches = host.platform === 'darwin' ? 'Library/Caches' : '.cache';
  return path.join(home, caches, 'tfjs-distribute/runtimes');
}

function finished(home: string): string[] {
  return fs.readdirSync(runtimes(home)).filter((name) => !name.startsWith('.'));
}

test('processes that start at once fetch once', { timeout }, async (t) => {
  const home = temporaryFolder(t);
  const index = await startFakeIndex(t, wheel, { chunkDelayMs: 5 });
  const results = await Promise.all([1, 2, 3].map(() => startFetching(t, home, index).ended));
  assert.deepEqual(
    results.map(({ code }) => code),
    [0, 0, 0],
  );
  assert.deepEqual(results.map(({ source }) => source).sort(), ['cache', 'cache', 'downloaded']);
  assert.equal(index.wheelRequests.length, 1);
});

test('a process killed half way leaves nothing that looks finished, and the next goes on', { timeout }, async (t) => {
  const home = temporaryFolder(t);
  const index = await startFakeIndex(t, wheel, { cutAfter: (n) => (n === 1 ? 1_000_000 : undefined), stall: true });
  const first = startFetching(t, home, index);
  const part = path.join(runtimes(home), `.download-${wheel.sha256}`);
  await until(() => fs.existsSync(part) && fs.statSync(part).size === 1_000_000);
  first.kill();
  assert.deepEqual(await first.ended, { code: null, source: undefined });
  assert.deepEqual(finished(home), []);
  assert.deepEqual(await startFetching(t, home, index).ended, { code: 0, source: 'downloaded' });
  assert.deepEqual(index.wheelRequests, [undefined, 'bytes=1000000-']);
  assert.equal(finished(home).length, 1);
  assert.deepEqual(fs.readdirSync(path.dirname(runtimes(home))), ['runtimes'], 'the lock of the dead process is gone');
});

test('a process that waits says so, and takes over when the other is killed', { timeout }, async (t) => {
  const home = temporaryFolder(t);
  const index = await startFakeIndex(t, wheel, { cutAfter: (n) => (n === 1 ? 1_000_000 : undefined), stall: true });
  const first = startFetching(t, home, index);
  await until(() => index.wheelRequests.length === 1);
  const second = startFetching(t, home, index);
  await until(() => second.errors().includes(`Waiting for process ${first.pid}`));
  first.kill();
  assert.deepEqual(await second.ended, { code: 0, source: 'downloaded' });
  assert.equal(index.wheelRequests.length, 2);
});

test('killed again and again at different moments, and it still completes', { timeout }, async (t) => {
  const home = temporaryFolder(t);
  const index = await startFakeIndex(t, wheel, { chunkDelayMs: 1 });
  for (const delayMs of [0, 60, 120, 150, 180]) {
    const fetching = startFetching(t, home, index);
    await until(() => fs.existsSync(runtimes(home)) || fetching.errors() !== '');
    await sleep(delayMs);
    fetching.kill();
    await fetching.ended;
    for (const name of finished(home)) assert.ok(fs.existsSync(path.join(runtimes(home), name, 'manifest.json')));
  }
  const { code } = await startFetching(t, home, index).ended;
  assert.equal(code, 0);
  const [entry = ''] = finished(home);
  const library = path.join(runtimes(home), entry, 'tensorflow', libraryNames(host.platform).cc);
  assert.deepEqual(fs.readFileSync(library), wheel.library);
});
