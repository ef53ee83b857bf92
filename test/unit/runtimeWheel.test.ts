/** Index pages, and which of the wheels on them is taken. */

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { macosVersion } from '../../src/native/runtime/host.ts';
import { linksInPage, linksOnDisk } from '../../src/native/runtime/indexPage.ts';
import { assertSupportedVersion, isSupportedVersion } from '../../src/native/runtime/version.ts';
import { chooseWheel, parseWheelName, platformFits } from '../../src/native/runtime/wheel.ts';
import type { WheelLink } from '../../src/native/runtime/wheel.ts';
import { fakeHost, temporaryFolder, writeTree } from './support/fakeHost.ts';

const timeout = 10_000;
const host = fakeHost('/nowhere');

function link(fileName: string, rest: Partial<WheelLink> = {}): WheelLink {
  const url = `https://files.example/${fileName}`;
  return { fileName, url, sha256: undefined, sizeBytes: undefined, yanked: false, ...rest };
}

test('the newest Python of the exact version that fits the machine', { timeout }, () => {
  const names = [
    'tensorflow_cpu-2.21.0-cp310-cp310-manylinux_2_27_x86_64.whl',
    'tensorflow_cpu-2.21.0-cp313-cp313-manylinux_2_27_x86_64.whl',
    'tensorflow_cpu-2.21.0-cp39-cp39-manylinux_2_27_x86_64.whl',
    'tensorflow_cpu-2.21.0-cp313-cp313-win_amd64.whl',
    'tensorflow_cpu-2.21.0-cp314-cp314-manylinux_2_99_x86_64.whl',
    'tensorflow_cpu-2.21.0-cp314-cp314-manylinux_2_27_aarch64.whl',
    'tensorflow_cpu-2.21.0rc1-cp313-cp313-manylinux_2_27_x86_64.whl',
    'tensorflow-2.21.0-cp314-cp314-manylinux_2_27_x86_64.whl',
    'tensorflow_cpu-2.21.0.tar.gz',
  ];
  const chosen = chooseWheel(
    names.map((name) => link(name)),
    'tensorflow-cpu',
    '2.21.0',
    host,
  );
  assert.equal(chosen?.fileName, names[1]);
  assert.equal(
    chooseWheel(
      names.map((name) => link(name)),
      'tensorflow-cpu',
      '2.20.0',
      host,
    ),
    undefined,
  );
});

test('a yanked wheel is the last choice, a local one the first', { timeout }, () => {
  const old = link('tensorflow_cpu-2.21.0-cp310-cp310-manylinux_2_27_x86_64.whl');
  const yanked = link('tensorflow_cpu-2.21.0-cp313-cp313-manylinux_2_27_x86_64.whl', { yanked: true });
  const local = link('tensorflow_cpu-2.21.0-cp39-cp39-linux_x86_64.whl', { url: 'file:///wheels/x.whl' });
  assert.equal(chooseWheel([yanked, old], 'tensorflow-cpu', '2.21.0', host), old);
  assert.equal(chooseWheel([yanked], 'tensorflow-cpu', '2.21.0', host), yanked);
  assert.equal(chooseWheel([yanked, old, local], 'tensorflow-cpu', '2.21.0', host), local);
});

test('platform tags', { timeout }, () => {
  const linux = (tag: string, glibc: string | undefined, arch = 'x64'): boolean =>
    platformFits(tag, fakeHost('/', {}, { glibc, arch }));
  assert.ok(linux('manylinux_2_27_x86_64', '2.27'));
  assert.ok(!linux('manylinux_2_27_x86_64', '2.9'), '9 is older than 27');
  assert.ok(linux('manylinux2014_x86_64', '2.17'));
  assert.ok(!linux('manylinux2014_x86_64', '2.16'));
  assert.ok(!linux('manylinux_2_17_x86_64', undefined), 'no glibc');
  assert.ok(!linux('musllinux_1_2_x86_64', '2.36'));
  assert.ok(linux('manylinux_2_27_aarch64', '2.36', 'arm64'));
  assert.ok(!linux('manylinux_2_27_aarch64', '2.36'));
  const mac = fakeHost('/', {}, { platform: 'darwin', arch: 'arm64', glibc: undefined, macos: 13 });
  assert.deepEqual(
    ['macosx_12_0_arm64', 'macosx_12_0_universal2', 'macosx_14_0_arm64', 'macosx_12_0_x86_64'].map((tag) =>
      platformFits(tag, mac),
    ),
    [true, true, false, false],
  );
  assert.deepEqual(['21.6.0', '24.1.0', '25.0.0'].map(macosVersion), [12, 15, 26]);
});

test('the parts of a file name', { timeout }, () => {
  const name = 'tensorflow-2.18.0-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl';
  assert.deepEqual(parseWheelName(name), {
    distribution: 'tensorflow',
    version: '2.18.0',
    python: 312,
    platforms: ['manylinux_2_17_x86_64', 'manylinux2014_x86_64'],
  });
});

test('an HTML page: relative links, a base, digests, escapes, yanked files', { timeout }, () => {
  const digest = 'AB'.repeat(32);
  const page = `<html><head><base href="/mirror/"></head><body>
    <A class=x data-requires-python=">=3.9" href='a-1-py3-none-any.whl?x=1&amp;y=2#sha256=${digest}'>a</A>
    <a href="https://else.example/b%2B1-1-py3-none-any.whl" data-yanked="broken">b</a>
    <a href="c.tar.gz">c</a> <a name="none">d</a></body></html>`;
  assert.deepEqual(linksInPage(page, 'text/html', 'https://index.example/simple/a/'), [
    {
      fileName: 'a-1-py3-none-any.whl',
      url: 'https://index.example/mirror/a-1-py3-none-any.whl?x=1&y=2',
      sha256: digest.toLowerCase(),
      sizeBytes: undefined,
      yanked: false,
    },
    {
      fileName: 'b+1-1-py3-none-any.whl',
      url: 'https://else.example/b%2B1-1-py3-none-any.whl',
      sha256: undefined,
      sizeBytes: undefined,
      yanked: true,
    },
  ]);
});

test('a JSON page', { timeout }, () => {
  const body = JSON.stringify({
    files: [
      { filename: 'a.whl', url: '../a.whl', hashes: { sha256: 'AB' }, size: 3, yanked: false },
      { filename: 'b.whl', url: 'b.whl', hashes: {}, yanked: 'broken' },
    ],
  });
  const links = linksInPage(body, 'application/vnd.pypi.simple.v1+json', 'https://index.example/simple/a/');
  assert.deepEqual(links, [
    { fileName: 'a.whl', url: 'https://index.example/simple/a.whl', sha256: 'ab', sizeBytes: 3, yanked: false },
    {
      fileName: 'b.whl',
      url: 'https://index.example/simple/a/b.whl',
      sha256: undefined,
      sizeBytes: undefined,
      yanked: true,
    },
  ]);
  assert.throws(() => linksInPage('{"files": 3}', 'application/json', 'https://x/'));
});

test('places on this machine: a folder, a page, a wheel, nothing', { timeout }, (t) => {
  const home = temporaryFolder(t);
  writeTree(home, { 'wheels/a.whl': 'abc', 'wheels/b.txt': '', 'page.html': '<a href="wheels/a.whl">a</a>' });
  const url = pathToFileURL(path.join(home, 'wheels/a.whl')).href;
  for (const place of ['wheels', 'page.html', 'wheels/a.whl', pathToFileURL(path.join(home, 'wheels')).href]) {
    assert.deepEqual(
      linksOnDisk(place, home)?.map((found) => found.url),
      [url],
      place,
    );
  }
  assert.deepEqual(linksOnDisk('absent', home), []);
  assert.equal(linksOnDisk('https://index.example/', home), undefined);
});

test('supported versions', { timeout }, () => {
  assert.deepEqual(
    ['2.17.1', '2.18.0', '2.21.0', '2.21.0rc1', '2.22.0', '3.18.0', '2.180.0', ''].map(isSupportedVersion),
    [false, true, true, true, false, false, false, false],
  );
  assert.throws(() => assertSupportedVersion('2.22.0', '/lib'), {
    code: 'TFD_LIBRARY_VERSION',
    received: '2.22.0 (/lib)',
  });
});
