/** pip's configuration, read as pip reads it. */

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { proxyFor, withoutPassword } from '../../src/native/runtime/httpClient.ts';
import { parseIni } from '../../src/native/runtime/ini.ts';
import { pipConfigFiles, readPipConfig } from '../../src/native/runtime/pipConfig.ts';
import { fakeHost, temporaryFolder, writeTree } from './support/fakeHost.ts';

const timeout = 10_000;

test('an INI file as Python reads it', { timeout }, () => {
  const parsed = parseIni(
    [
      '# a comment',
      'lost = before any section',
      '[global]',
      'Index-URL: https://a.example/simple',
      'find-links =',
      '    /one',
      '    ; a comment inside',
      '    /two#not-a-comment',
      'cert=/x=y.pem',
      '[install]',
      'no-index',
      '[global]',
      'timeout = 9',
    ].join('\r\n'),
  );
  assert.deepEqual(Object.fromEntries(parsed.get('global') ?? []), {
    'index-url': 'https://a.example/simple',
    'find-links': '/one\n/two#not-a-comment',
    cert: '/x=y.pem',
    timeout: '9',
  });
  assert.deepEqual([...parsed.keys()], ['global', 'install']);
});

test('without any configuration pip uses its built-in index', { timeout }, (t) => {
  const config = readPipConfig(fakeHost(temporaryFolder(t)));
  assert.deepEqual(config.indexUrls, ['https://pypi.org/simple']);
  assert.deepEqual(
    [config.findLinks, config.proxy, config.certificates, config.trustedHosts],
    [[], undefined, undefined, []],
  );
});

test('sections and files override each other, and variables override both', { timeout }, (t) => {
  const home = temporaryFolder(t);
  writeTree(home, {
    'weak.conf': '[global]\nindex-url = https://weak\nproxy = weak:1\ncert = /weak\n[install]\ntrusted_host = a b:8\n',
    'strong.conf': '[global]\nindex-url = https://strong\nproxy = strong:1\n[download]\nproxy = download:1\n',
  });
  const files = [path.join(home, 'weak.conf'), path.join(home, 'absent.conf'), path.join(home, 'strong.conf')];
  const env = {
    PIP_EXTRA_INDEX_URL: 'https://x  https://y',
    PIP_CERT: '/mine',
    PIP_FIND_LINKS: '~/wheels',
    PIP_TIMEOUT: '90',
  };
  const config = readPipConfig(fakeHost(home, env), files);
  assert.deepEqual(config, {
    indexUrls: ['https://strong', 'https://x', 'https://y'],
    findLinks: [path.join(home, 'wheels')],
    proxy: 'download:1',
    certificates: '/mine',
    clientCertificate: undefined,
    trustedHosts: ['a', 'b:8'],
    timeoutMs: 90_000,
  });
});

test('no-index leaves only find-links', { timeout }, (t) => {
  const env = { PIP_NO_INDEX: 'yes', PIP_FIND_LINKS: '/wheels', PIP_EXTRA_INDEX_URL: 'https://x' };
  const config = readPipConfig(fakeHost(temporaryFolder(t), env));
  assert.deepEqual([config.indexUrls, config.findLinks], [[], ['/wheels']]);
});

test('the places of pip.conf, the strongest last', { timeout }, (t) => {
  const home = temporaryFolder(t);
  const env = { PIP_CONFIG_FILE: undefined, VIRTUAL_ENV: '/venv' };
  assert.deepEqual(pipConfigFiles(fakeHost(home, env)), [
    '/etc/xdg/pip/pip.conf',
    '/etc/pip.conf',
    `${home}/.pip/pip.conf`,
    `${home}/.config/pip/pip.conf`,
    '/venv/pip.conf',
  ]);
  const moved = fakeHost(home, { ...env, VIRTUAL_ENV: undefined, XDG_CONFIG_HOME: '/c', XDG_CONFIG_DIRS: '/d' });
  assert.deepEqual(pipConfigFiles(moved), [
    '/d/pip/pip.conf',
    '/etc/pip.conf',
    `${home}/.pip/pip.conf`,
    '/c/pip/pip.conf',
  ]);
  writeTree(home, { 'named.conf': '' });
  const named = fakeHost(home, { PIP_CONFIG_FILE: `${home}/named.conf` });
  assert.deepEqual(pipConfigFiles(named), ['/etc/xdg/pip/pip.conf', '/etc/pip.conf', `${home}/named.conf`]);
  assert.deepEqual(pipConfigFiles(fakeHost(home)), [], 'PIP_CONFIG_FILE=/dev/null switches all files off');
  const mac = fakeHost(home, env, { platform: 'darwin' });
  assert.equal(pipConfigFiles(mac)[0], '/Library/Application Support/pip/pip.conf');
  assert.ok(pipConfigFiles(mac).includes(`${home}/.config/pip/pip.conf`));
  writeTree(home, { 'Library/Application Support/pip/pip.conf': '' });
  assert.ok(pipConfigFiles(mac).includes(`${home}/Library/Application Support/pip/pip.conf`));
});

test('which proxy a request takes', { timeout }, () => {
  const secure = new URL('https://files.example.org/x.whl');
  const plain = new URL('http://127.0.0.1:8080/simple/');
  const env = { HTTPS_PROXY: 'http://proxy:3128', http_proxy: 'plain:1', NO_PROXY: 'other.org, .local' };
  assert.equal(proxyFor(secure, env, undefined), 'http://proxy:3128');
  assert.equal(proxyFor(plain, env, undefined), 'http://plain:1');
  assert.equal(proxyFor(secure, { ...env, NO_PROXY: 'localhost,example.org' }, undefined), undefined);
  assert.equal(proxyFor(secure, { ...env, NO_PROXY: 'ample.org' }, undefined), 'http://proxy:3128');
  assert.equal(proxyFor(plain, { ...env, no_proxy: '127.0.0.1:8080' }, undefined), undefined);
  assert.equal(proxyFor(secure, { ...env, NO_PROXY: '*' }, undefined), undefined);
  assert.equal(proxyFor(secure, { ...env, NO_PROXY: '*' }, 'pip:8'), 'http://pip:8', "pip's own proxy is for all");
  assert.equal(proxyFor(secure, {}, undefined), undefined);
  assert.throws(
    () => proxyFor(secure, {}, 'socks5://me:secret@host:1'),
    (error: Error) => {
      assert.match(error.message, /TFD_PIP_CONFIG/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    },
  );
});

test('passwords do not get into messages', { timeout }, () => {
  assert.equal(withoutPassword('https://me:secret@index.example/simple'), 'https://***@index.example/simple');
  assert.equal(withoutPassword('https://index.example/simple/a@b'), 'https://index.example/simple/a@b');
});
