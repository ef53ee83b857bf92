/** The search for the library: every place, and their order. */

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/base/errors.ts';
import { searchRuntime } from '../../src/native/runtime/findRuntime.ts';
import { libraryNames } from '../../src/native/runtime/Runtime.ts';
import { fakeHost, installedTensorFlow, temporaryFolder, writeTree } from './support/fakeHost.ts';

const timeout = 10_000;

/** A finished entry of our cache. */
function cached(version: string, cache = '.cache/tfjs-distribute'): Record<string, string> {
  const entry = `${cache}/runtimes/tensorflow_cpu-${version}-linux-x64`;
  const files = { 'tensorflow/libtensorflow_cc.so.2': 2, 'tensorflow/libtensorflow_framework.so.2': 9 };
  return {
    [`${entry}/tensorflow/libtensorflow_cc.so.2`]: 'cc',
    [`${entry}/tensorflow/libtensorflow_framework.so.2`]: 'framework',
    [`${entry}/manifest.json`]: JSON.stringify({ version, files }),
  };
}

test('an empty machine has no library', { timeout }, (t) => {
  assert.deepEqual(searchRuntime(fakeHost(temporaryFolder(t))), { runtime: undefined, notes: [] });
});

test('the named folder comes before Python, and Python before the cache', { timeout }, (t) => {
  const home = temporaryFolder(t);
  writeTree(home, {
    ...installedTensorFlow('named', '2.19.0'),
    ...installedTensorFlow('venv/lib/python3.12/site-packages', '2.20.0'),
    ...cached('2.21.0'),
  });
  const named = { TFJS_DISTRIBUTE_LIBRARY: path.join(home, 'named/tensorflow') };
  const python = { VIRTUAL_ENV: path.join(home, 'venv') };
  const found = [{ ...named, ...python }, python, {}].map((env) => searchRuntime(fakeHost(home, env)).runtime);
  assert.deepEqual(
    found.map((runtime) => [runtime?.source, runtime?.version]),
    [
      ['environment', '2.19.0'],
      ['python', '2.20.0'],
      ['cache', '2.21.0'],
    ],
  );
  assert.equal(
    found[1]?.ccLibrary,
    path.join(home, 'venv/lib/python3.12/site-packages/tensorflow/libtensorflow_cc.so.2'),
  );
});

test('the variable may name the folder above, the folder itself, or the library', { timeout }, (t) => {
  const home = temporaryFolder(t);
  writeTree(home, installedTensorFlow('site'));
  for (const named of ['site', 'site/tensorflow', 'site/tensorflow/libtensorflow_cc.so.2']) {
    const { runtime } = searchRuntime(fakeHost(home, { TFJS_DISTRIBUTE_LIBRARY: named }));
    assert.equal(runtime?.directory, path.join(home, 'site/tensorflow'), named);
    assert.equal(runtime.version, '2.20.0');
  }
});

test('a named folder without the library is an error of the user', { timeout }, (t) => {
  const home = temporaryFolder(t);
  writeTree(home, { ...cached('2.21.0'), 'half/libtensorflow_cc.so.2': 'the other one is missing' });
  for (const named of ['half', 'nowhere']) {
    assert.throws(() => searchRuntime(fakeHost(home, { TFJS_DISTRIBUTE_LIBRARY: named })), {
      constructor: UserError,
      code: 'TFD_LIBRARY_NOT_FOUND',
      received: named,
    });
  }
});

test('a named library of an unsupported version is an error, one of an unknown version is not', { timeout }, (t) => {
  const home = temporaryFolder(t);
  writeTree(home, installedTensorFlow('old', '2.9.1'));
  const host = fakeHost(home, { TFJS_DISTRIBUTE_LIBRARY: 'old' });
  assert.throws(() => searchRuntime(host), { constructor: UserError, code: 'TFD_LIBRARY_VERSION', message: /2\.9\.1/ });
  fs.rmSync(path.join(home, 'old/tensorflow_cpu-2.9.1.dist-info'), { recursive: true });
  assert.equal(searchRuntime(host).runtime?.version, undefined);
});

test('an unsupported version in Python is passed over with a note', { timeout }, (t) => {
  const home = temporaryFolder(t);
  writeTree(home, { ...installedTensorFlow('venv/lib/python3.9/site-packages', '2.17.1'), ...cached('2.21.0') });
  const { runtime, notes } = searchRuntime(fakeHost(home, { VIRTUAL_ENV: path.join(home, 'venv') }));
  assert.equal(runtime?.source, 'cache');
  assert.equal(notes.length, 1);
  assert.match(notes[0] ?? '', /2\.17\.1 .*2\.18 to 2\.21/);
});

const layouts: {
  what: string;
  site: string;
  files?: Record<string, string>;
  env?: (home: string) => Record<string, string>;
}[] = [
  { what: 'conda', site: 'conda/lib/python3.11/site-packages', env: (home) => ({ CONDA_PREFIX: `${home}/conda` }) },
  {
    what: 'python3 on PATH',
    site: 'py/lib/python3.10/site-packages',
    files: { 'py/bin/python3': '' },
    env: (home) => ({ PATH: `${home}/none:${home}/py/bin` }),
  },
  {
    what: 'the folder of a distribution package',
    site: 'py/lib/python3/dist-packages',
    files: { 'py/bin/python3': '' },
    env: (home) => ({ PATH: `${home}/py/bin` }),
  },
  {
    what: 'a virtual environment that is on PATH only',
    site: 'venv/lib/python3.12/site-packages',
    files: { 'venv/pyvenv.cfg': 'home = /nowhere/bin\nversion = 3.12.1\n', 'venv/bin/python': '' },
    env: (home) => ({ PATH: `${home}/venv/bin` }),
  },
  {
    what: 'the base of a virtual environment that sees it',
    site: 'base/lib/python3.12/site-packages',
    files: { 'venv/pyvenv.cfg': 'home = BASE/bin\ninclude-system-site-packages = true\nversion = 3.12.1\n' },
    env: (home) => {
      writeTree(home, {
        'venv/pyvenv.cfg': `home = ${home}/base/bin\ninclude-system-site-packages = true\nversion = 3.12.1\n`,
      });
      return { VIRTUAL_ENV: `${home}/venv` };
    },
  },
  {
    what: 'the user folder',
    site: '.local/lib/python3.11/site-packages',
    files: { 'py/bin/python3': '' },
    env: (home) => ({ PATH: `${home}/py/bin` }),
  },
  {
    what: "pyenv's global version",
    site: '.pyenv/versions/3.11.7/lib/python3.11/site-packages',
    files: { '.pyenv/shims/python3': '', '.pyenv/version': '3.11.7\n', '.pyenv/versions/3.12.1/bin/python3': '' },
    env: (home) => ({ PATH: `${home}/.pyenv/shims` }),
  },
  {
    what: "pyenv's version of the folder",
    site: '.pyenv/versions/3.12.1/lib/python3.12/site-packages',
    files: { '.pyenv/shims/python3': '', '.pyenv/version': '3.11.7\n', '.python-version': '3.12.1\n' },
    env: (home) => ({ PATH: `${home}/.pyenv/shims` }),
  },
  {
    what: "the system's Python behind pyenv",
    site: 'py/lib/python3.10/site-packages',
    files: { '.pyenv/shims/python3': '', '.pyenv/versions/3.11.7/bin/python3': '', 'py/bin/python3': '' },
    env: (home) => ({ PATH: `${home}/.pyenv/shims:${home}/py/bin`, PYENV_VERSION: 'system' }),
  },
  { what: 'PYTHONPATH', site: 'extra', env: (home) => ({ PYTHONPATH: `${home}/extra` }) },
];

for (const { what, site, files = {}, env = () => ({}) } of layouts) {
  test(`found without starting Python: ${what}`, { timeout }, (t) => {
    const home = temporaryFolder(t);
    writeTree(home, { ...installedTensorFlow(site, '2.19.1', 'tensorflow'), ...files });
    const { runtime } = searchRuntime(fakeHost(home, env(home)));
    assert.equal(runtime?.directory, path.join(home, site, 'tensorflow'));
    assert.equal(runtime.version, '2.19.1');
    assert.equal(runtime.source, 'python');
  });
}

test('a virtual environment hides the Python that it was made from', { timeout }, (t) => {
  const home = temporaryFolder(t);
  writeTree(home, {
    ...installedTensorFlow('base/lib/python3.12/site-packages'),
    'venv/pyvenv.cfg': `home = ${home}/base/bin\ninclude-system-site-packages = false\n`,
  });
  assert.equal(searchRuntime(fakeHost(home, { VIRTUAL_ENV: path.join(home, 'venv') })).runtime, undefined);
});

test('a link to python3.11 looks only at the packages of 3.11', { timeout }, (t) => {
  const home = temporaryFolder(t);
  writeTree(home, { ...installedTensorFlow('py/lib/python3.12/site-packages'), 'py/bin/python3.11': '' });
  fs.symlinkSync('python3.11', path.join(home, 'py/bin/python3'));
  const host = fakeHost(home, { PATH: path.join(home, 'py/bin') });
  assert.equal(searchRuntime(host).runtime, undefined);
  writeTree(home, installedTensorFlow('py/lib/python3.11/site-packages'));
  assert.equal(searchRuntime(host).runtime?.directory, path.join(home, 'py/lib/python3.11/site-packages/tensorflow'));
});

test('packages with similar names do not lend their version', { timeout }, (t) => {
  const home = temporaryFolder(t);
  writeTree(home, {
    ...installedTensorFlow('site', '2.20.0', 'tensorflow'),
    'site/tensorflow_io_gcs_filesystem-0.37.1.dist-info/METADATA': '',
    'site/tensorflow_hub-2.16.0.dist-info/METADATA': '',
    'site/tensorflow-2.9.0.dist-info/RECORD': 'nothing of ours\n',
    'site/tensorflow-2.20.0.dist-info/RECORD': 'tensorflow/libtensorflow_cc.so.2,sha256=x,2\n',
  });
  assert.equal(searchRuntime(fakeHost(home, { TFJS_DISTRIBUTE_LIBRARY: 'site' })).runtime?.version, '2.20.0');
});

test('on macOS the libraries and the cache have other names', { timeout }, (t) => {
  const home = temporaryFolder(t);
  const { cc, framework } = libraryNames('darwin');
  const entry = 'Library/Caches/tfjs-distribute/runtimes/tensorflow-2.21.0-darwin-arm64';
  const files = { [`tensorflow/${cc}`]: 2, [`tensorflow/${framework}`]: 9 };
  writeTree(home, {
    [`${entry}/tensorflow/${cc}`]: 'cc',
    [`${entry}/tensorflow/${framework}`]: 'framework',
    [`${entry}/manifest.json`]: JSON.stringify({ version: '2.21.0', files }),
  });
  const host = fakeHost(home, {}, { platform: 'darwin', arch: 'arm64', glibc: undefined, macos: 14 });
  assert.equal(searchRuntime(host).runtime?.ccLibrary, path.join(home, entry, 'tensorflow/libtensorflow_cc.2.dylib'));
});

test('the cache: the pinned version first, an asked one alone, an incomplete one never', { timeout }, (t) => {
  const home = temporaryFolder(t);
  const version = (env = {}): string | undefined => searchRuntime(fakeHost(home, env)).runtime?.version;
  writeTree(home, { ...cached('2.18.1'), ...cached('2.20.0') });
  assert.equal(version(), '2.20.0');
  assert.equal(version({ TFJS_DISTRIBUTE_TF_VERSION: '2.18.1' }), '2.18.1');
  assert.equal(version({ TFJS_DISTRIBUTE_TF_VERSION: '2.19.0' }), undefined);
  writeTree(home, cached('2.21.0'));
  assert.equal(version(), '2.21.0');
  const entry = '.cache/tfjs-distribute/runtimes/tensorflow_cpu-2.21.0-linux-x64';
  writeTree(home, { [`${entry}/tensorflow/libtensorflow_cc.so.2`]: 'cut' });
  assert.equal(version(), '2.20.0', 'a library of another size');
  writeTree(home, { ...cached('2.21.0'), [`${entry}/manifest.json`]: '{"version": "2.2' });
  assert.equal(version(), '2.20.0', 'a manifest that breaks off');
});

test('the cache lies where the variables say', { timeout }, (t) => {
  const home = temporaryFolder(t);
  writeTree(home, { ...cached('2.19.0', 'own'), ...cached('2.20.0', 'xdg/tfjs-distribute') });
  const version = (env: Record<string, string>): string | undefined =>
    searchRuntime(fakeHost(home, env)).runtime?.version;
  assert.equal(version({ TFJS_DISTRIBUTE_CACHE: 'own', XDG_CACHE_HOME: `${home}/xdg` }), '2.19.0');
  assert.equal(version({ XDG_CACHE_HOME: `${home}/xdg` }), '2.20.0');
});
