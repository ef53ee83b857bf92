/** Fetching the library, against an index on this machine that fails in every way a real one can. */

import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { EnvironmentError, UserError } from '../../src/base/errors.ts';
import { ensureRuntimeOn } from '../../src/native/runtime/ensureRuntime.ts';
import { cacheError } from '../../src/native/runtime/fetchErrors.ts';
import type { FetchOptions } from '../../src/native/runtime/fetchRuntime.ts';
import { fakeHost, temporaryFolder, writeTree } from './support/fakeHost.ts';
import { startFakeIndex } from './support/fakeIndex.ts';
import { fakeWheel } from './support/fakeWheel.ts';

const timeout = 30_000;
const options: FetchOptions = { quiet: true, backOffMs: 1, maxAttempts: 3 };
const wheel = fakeWheel();

/** What lies in the folder of the runtimes. */
function runtimes(home: string): string[] {
  return fs.readdirSync(path.join(home, '.cache/tfjs-distribute/runtimes'));
}

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = http.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

for (const format of ['json', 'html'] as const) {
  test(`fetched from an index in ${format}, checked, unpacked, and found the next time`, { timeout }, async (t) => {
    const home = temporaryFolder(t);
    const index = await startFakeIndex(t, wheel, { format });
    const host = fakeHost(home, { PIP_INDEX_URL: `${index.url}/` });
    const runtime = await ensureRuntimeOn(host, options);
    assert.equal(runtime.source, 'downloaded');
    assert.equal(runtime.version, '2.21.0');
    assert.deepEqual(fs.readFileSync(runtime.ccLibrary), wheel.library);
    const entry = path.dirname(runtime.directory);
    assert.deepEqual(fs.readdirSync(entry).sort(), ['manifest.json', 'tensorflow', 'tensorflow_cpu-2.21.0.dist-info']);
    assert.ok(fs.existsSync(path.join(runtime.directory, 'include/tensorflow/c/c_api.h')));
    assert.ok(!fs.existsSync(path.join(runtime.directory, 'include/Eigen')), 'what is not needed stays in the wheel');
    const manifest = JSON.parse(fs.readFileSync(path.join(entry, 'manifest.json'), 'utf8')) as { sha256: string };
    assert.equal(manifest.sha256, wheel.sha256);
    assert.deepEqual(runtimes(home), ['tensorflow_cpu-2.21.0-linux-x64'], 'nothing temporary is left');
    assert.deepEqual(fs.readdirSync(path.join(home, '.cache/tfjs-distribute')), ['runtimes'], 'no lock is left');
    const again = await ensureRuntimeOn(host, options);
    assert.deepEqual(again, { ...runtime, source: 'cache' });
    assert.deepEqual(index.wheelRequests, [undefined]);
  });
}

test('a corrupt download is removed', { timeout }, async (t) => {
  const home = temporaryFolder(t);
  const corrupted = Buffer.from(wheel.bytes);
  corrupted[1000] = (corrupted[1000] ?? 0) ^ 1;
  const index = await startFakeIndex(t, wheel, { corrupted });
  await assert.rejects(ensureRuntimeOn(fakeHost(home, { PIP_INDEX_URL: index.url }), options), {
    constructor: EnvironmentError,
    code: 'TFD_DOWNLOAD_CORRUPT',
    message: new RegExp(wheel.sha256),
  });
  assert.deepEqual(runtimes(home), []);
});

test('without a digest, a file that differs from the list in the wheel is refused', { timeout }, async (t) => {
  const home = temporaryFolder(t);
  const index = await startFakeIndex(t, fakeWheel({ wrongRecord: true }), { noDigest: true });
  const host = fakeHost(home, { PIP_INDEX_URL: index.url });
  await assert.rejects(ensureRuntimeOn(host, options), { code: 'TFD_DOWNLOAD_CORRUPT', message: /libtensorflow_cc/ });
  assert.deepEqual(runtimes(home), []);
});

test('a download that is cut goes on where it broke off', { timeout }, async (t) => {
  const index = await startFakeIndex(t, wheel, { cutAfter: (request) => (request <= 2 ? 100_000 : undefined) });
  const runtime = await ensureRuntimeOn(fakeHost(temporaryFolder(t), { PIP_INDEX_URL: index.url }), options);
  assert.deepEqual(fs.readFileSync(runtime.ccLibrary), wheel.library);
  assert.deepEqual(index.wheelRequests, [undefined, 'bytes=100000-', 'bytes=200000-']);
});

test('a server that cannot resume is asked from the start', { timeout }, async (t) => {
  const cutAfter = (request: number): number | undefined => (request === 1 ? 100_000 : undefined);
  const index = await startFakeIndex(t, wheel, { cutAfter, ignoreRange: true });
  const runtime = await ensureRuntimeOn(fakeHost(temporaryFolder(t), { PIP_INDEX_URL: index.url }), options);
  assert.deepEqual(fs.readFileSync(runtime.ccLibrary), wheel.library);
  assert.deepEqual(index.wheelRequests, [undefined, 'bytes=100000-']);
});

test('a server that never gets further is given up, and nothing looks finished', { timeout }, async (t) => {
  const home = temporaryFolder(t);
  const index = await startFakeIndex(t, wheel, { cutAfter: () => 100_000, ignoreRange: true });
  const host = fakeHost(home, { PIP_INDEX_URL: index.url });
  await assert.rejects(ensureRuntimeOn(host, options), {
    constructor: EnvironmentError,
    code: 'TFD_RUNTIME_UNAVAILABLE',
    message: /\(3 attempts\)/,
  });
  assert.equal(index.wheelRequests.length, 3);
  assert.deepEqual(runtimes(home), [`.download-${wheel.sha256}`]);
});

test('a server that falls silent is left after the time-out', { timeout }, async (t) => {
  const index = await startFakeIndex(t, wheel, {
    cutAfter: (request) => (request === 1 ? 100_000 : undefined),
    stall: true,
  });
  const host = fakeHost(temporaryFolder(t), { PIP_INDEX_URL: index.url });
  await ensureRuntimeOn(host, { ...options, stallMs: 500 });
  assert.deepEqual(index.wheelRequests, [undefined, 'bytes=100000-']);
});

test('what another process left is gone on with; if it was wrong, once from the start', { timeout }, async (t) => {
  for (const left of [wheel.bytes.subarray(0, 150_000), Buffer.alloc(150_000)]) {
    const home = temporaryFolder(t);
    const folder = path.join(home, '.cache/tfjs-distribute/runtimes');
    writeTree(folder, { '.unpack-dead/tensorflow/libtensorflow_cc.so.2': 'half', '.download-other': 'old' });
    fs.writeFileSync(path.join(folder, `.download-${wheel.sha256}`), left);
    const index = await startFakeIndex(t, wheel);
    const runtime = await ensureRuntimeOn(fakeHost(home, { PIP_INDEX_URL: index.url }), options);
    assert.deepEqual(fs.readFileSync(runtime.ccLibrary), wheel.library);
    const wrong = left[0] === 0;
    assert.deepEqual(index.wheelRequests, wrong ? ['bytes=150000-', undefined] : ['bytes=150000-']);
    assert.deepEqual(runtimes(home), ['tensorflow_cpu-2.21.0-linux-x64'], 'what dead processes left is gone');
  }
});

test('an entry that lost a file is fetched anew', { timeout }, async (t) => {
  const index = await startFakeIndex(t, wheel);
  const host = fakeHost(temporaryFolder(t), { PIP_INDEX_URL: index.url });
  const { frameworkLibrary } = await ensureRuntimeOn(host, options);
  fs.rmSync(frameworkLibrary);
  assert.equal((await ensureRuntimeOn(host, options)).source, 'downloaded');
  assert.ok(fs.existsSync(frameworkLibrary));
});

test('a folder of wheels needs no network', { timeout }, async (t) => {
  const home = temporaryFolder(t);
  fs.mkdirSync(path.join(home, 'wheels'));
  fs.writeFileSync(path.join(home, 'wheels', wheel.fileName), wheel.bytes);
  const env = { PIP_NO_INDEX: '1', PIP_FIND_LINKS: path.join(home, 'wheels') };
  const runtime = await ensureRuntimeOn(fakeHost(home, env), options);
  assert.deepEqual(fs.readFileSync(runtime.ccLibrary), wheel.library);
  assert.ok(fs.existsSync(path.join(home, 'wheels', wheel.fileName)), "the user's file stays");
});

test('a wheel that is cut short in a folder is refused, and stays', { timeout }, async (t) => {
  const home = temporaryFolder(t);
  const file = path.join(home, wheel.fileName);
  fs.writeFileSync(file, wheel.bytes.subarray(0, 200_000));
  const host = fakeHost(home, { PIP_NO_INDEX: '1', PIP_FIND_LINKS: home });
  await assert.rejects(ensureRuntimeOn(host, options), { code: 'TFD_DOWNLOAD_CORRUPT' });
  assert.ok(fs.existsSync(file));
});

test('without a network the error names the three ways out', { timeout }, async (t) => {
  const home = temporaryFolder(t);
  const port = await closedPort();
  const env = { PIP_INDEX_URL: `http://127.0.0.1:${port}/simple`, PIP_FIND_LINKS: path.join(home, 'none') };
  const host = fakeHost(home, env);
  await assert.rejects(ensureRuntimeOn(host, options), (error: unknown) => {
    assert.ok(error instanceof EnvironmentError);
    assert.equal(error.code, 'TFD_RUNTIME_UNAVAILABLE');
    assert.match(error.received ?? '', new RegExp(`ECONNREFUSED 127\\.0\\.0\\.1:${port}`));
    for (const way of ['TFJS_DISTRIBUTE_LIBRARY', 'Install tensorflow-cpu', 'PIP_INDEX_URL']) {
      assert.ok(error.remedy?.includes(way), way);
    }
    return true;
  });
  assert.deepEqual(runtimes(home), []);
});

test('an index that fails for a moment is asked again, one that says no is not', { timeout }, async (t) => {
  const busy = await startFakeIndex(t, wheel, { pageStatus: (request) => (request <= 2 ? 503 : undefined) });
  await ensureRuntimeOn(fakeHost(temporaryFolder(t), { PIP_INDEX_URL: busy.url }), options);
  assert.equal(busy.pageRequests, 3);
  const closed = await startFakeIndex(t, wheel, { pageStatus: () => 403 });
  const host = fakeHost(temporaryFolder(t), { PIP_INDEX_URL: closed.url });
  await assert.rejects(ensureRuntimeOn(host, options), { code: 'TFD_RUNTIME_UNAVAILABLE', message: /403/ });
  assert.equal(closed.pageRequests, 1);
});

test('an index without a wheel for this machine says for which machine', { timeout }, async (t) => {
  const index = await startFakeIndex(t, wheel);
  const host = fakeHost(temporaryFolder(t), { PIP_INDEX_URL: index.url }, { glibc: '2.17' });
  await assert.rejects(ensureRuntimeOn(host, options), { code: 'TFD_RUNTIME_UNAVAILABLE', message: /glibc 2\.17/ });
});

test(
  'the name and password in the address of the index go to its files too, and into no message',
  { timeout },
  async (t) => {
    const index = await startFakeIndex(t, wheel, { password: 'me:s@cret' });
    const url = index.url.replace('//', '//me:s%40cret@');
    await ensureRuntimeOn(fakeHost(temporaryFolder(t), { PIP_INDEX_URL: url }), options);
    const wrong = fakeHost(temporaryFolder(t), { PIP_INDEX_URL: index.url.replace('//', '//me:wrong-word@') });
    await assert.rejects(ensureRuntimeOn(wrong, options), (error: Error) => {
      assert.match(error.message, /401/);
      assert.doesNotMatch(error.message, /wrong-word/);
      return true;
    });
  },
);

test('requests go through the proxy', { timeout }, async (t) => {
  const seen: string[] = [];
  const index = await startFakeIndex(t, wheel);
  const proxy = http.createServer((request, response) => {
    seen.push(`${request.headers['proxy-authorization'] ?? ''} ${request.url ?? ''}`);
    const { pathname } = new URL(request.url ?? '');
    http.get({ port: index.port, path: pathname, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const address = `http://me:word@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const host = fakeHost(temporaryFolder(t), { PIP_INDEX_URL: 'http://index.invalid/simple', HTTP_PROXY: address });
  await ensureRuntimeOn(host, options);
  const authorization = `Basic ${btoa('me:word')}`;
  assert.deepEqual(seen, [
    `${authorization} http://index.invalid/simple/tensorflow-cpu/`,
    `${authorization} http://index.invalid/files/${wheel.fileName}`,
  ]);
});

test('an asked version must be supported', { timeout }, async (t) => {
  const host = fakeHost(temporaryFolder(t), { TFJS_DISTRIBUTE_TF_VERSION: '2.9.1' });
  await assert.rejects(ensureRuntimeOn(host, options), { constructor: UserError, code: 'TFD_LIBRARY_VERSION' });
});

test('platforms for which there is no wheel', { timeout }, async (t) => {
  const home = temporaryFolder(t);
  const musl = fakeHost(home, {}, { glibc: undefined });
  await assert.rejects(ensureRuntimeOn(musl, options), { code: 'TFD_PLATFORM_UNSUPPORTED', message: /glibc/ });
  const windows = fakeHost(home, {}, { platform: 'win32', glibc: undefined });
  await assert.rejects(ensureRuntimeOn(windows, options), { code: 'TFD_PLATFORM_UNSUPPORTED', message: /WSL/ });
});

test('a cache folder that cannot be written', { timeout }, async (t) => {
  const home = temporaryFolder(t);
  writeTree(home, { file: '' });
  const host = fakeHost(home, { TFJS_DISTRIBUTE_CACHE: path.join(home, 'file/cache') });
  await assert.rejects(ensureRuntimeOn(host, options), {
    constructor: EnvironmentError,
    code: 'TFD_CACHE_NOT_WRITABLE',
    message: /TFJS_DISTRIBUTE_CACHE/,
  });
});

test('a full disk', { timeout, skip: fs.existsSync('/dev/full') ? false : 'needs /dev/full' }, () => {
  let full: unknown;
  try {
    fs.writeFileSync('/dev/full', 'x');
  } catch (error) {
    full = cacheError(error, '/cache');
  }
  assert.ok(full instanceof EnvironmentError);
  assert.equal(full.code, 'TFD_DISK_FULL');
});

test('a wheel that is larger than the free room is not begun', { timeout }, async (t) => {
  const huge = { ...wheel, bytes: { length: Number.MAX_SAFE_INTEGER } as Buffer };
  const index = await startFakeIndex(t, huge);
  const host = fakeHost(temporaryFolder(t), { PIP_INDEX_URL: index.url });
  await assert.rejects(ensureRuntimeOn(host, options), { code: 'TFD_DISK_FULL', message: /MB free/ });
  assert.deepEqual(index.wheelRequests, []);
});

test('a certificate file that is not there', { timeout }, async (t) => {
  const host = fakeHost(temporaryFolder(t), { PIP_CERT: '/nowhere.pem', PIP_INDEX_URL: 'https://index.invalid/' });
  await assert.rejects(ensureRuntimeOn(host, options), { code: 'TFD_PIP_CONFIG', message: /\/nowhere\.pem/ });
});

test('a fetch can be given up', { timeout }, async (t) => {
  const home = temporaryFolder(t);
  const index = await startFakeIndex(t, wheel, { cutAfter: () => 100_000, stall: true });
  const controller = new AbortController();
  const fetching = ensureRuntimeOn(fakeHost(home, { PIP_INDEX_URL: index.url }), {
    ...options,
    signal: controller.signal,
  });
  setTimeout(() => {
    controller.abort(new Error('enough'));
  }, 300);
  await assert.rejects(fetching, { message: 'enough' });
  assert.deepEqual(fs.readdirSync(path.join(home, '.cache/tfjs-distribute')), ['runtimes'], 'the lock is given back');
});
