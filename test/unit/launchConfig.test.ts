/** The launcher's config file: its formats, its mistakes, and what wins over it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/base/errors.ts';
import { toLaunchOptions } from '../../src/cli/run.ts';
import { checkConfig, loadConfig } from '../../src/launch/config/loadConfig.ts';
import { source, temporaryFolder } from './fixtures/supervisor.ts';

const timeout = 10_000;

const failsWith = (code: string, words: RegExp) => (error: unknown) => {
  assert(error instanceof UserError);
  assert.equal(error.code, code);
  assert.match(error.message, words);
  return true;
};

test('each format is found by its name and read', { timeout }, async (t) => {
  const typed = `import { defineConfig } from ${source('launch/index.ts')};
    const workers: number = 2;
    export default defineConfig({ script: 'train.ts', workers });`;
  const cases: [file: string, text: string][] = [
    ['tfjs-distribute.config.ts', typed],
    ['tfjs-distribute.config.mts', typed],
    ['tfjs-distribute.config.js', `export default { script: 'train.ts', workers: 2 };`],
    ['tfjs-distribute.config.json', `{ "script": "train.ts", "workers": 2 }`],
    ['tfjs-distribute.config.yaml', `script: train.ts # the model\nworkers: 2\n`],
    ['tfjs-distribute.config.yml', `script: train.ts\nworkers: 2\n`],
  ];
  for (const [file, text] of cases) {
    for (const type of ['module', 'commonjs']) {
      const folder = temporaryFolder(t, { [file]: text, 'package.json': JSON.stringify({ type }) });
      const expected = { script: join(folder, 'train.ts'), workers: 2 };
      assert.deepEqual(await loadConfig(undefined, folder), expected, `${file} in a ${type} package`);
    }
  }
});

test('a file may have another name, and none is needed', { timeout }, async (t) => {
  const folder = temporaryFolder(t, { 'big.yaml': 'workers: 8' });
  assert.deepEqual(await loadConfig('big.yaml', folder), { workers: 8 });
  assert.deepEqual(await loadConfig(undefined, folder), {});
});

test('a file that cannot be read is named, with the reason', { timeout }, async (t) => {
  const folder = temporaryFolder(t, {
    'broken.json': '{ "workers": ',
    'broken.yaml': 'workers: [1',
    'none.ts': 'export const workers = 2;',
    'config.toml': '',
    'tfjs-distribute.config.json': '{}',
    'tfjs-distribute.config.yml': '',
  });
  const cases: [file: string | undefined, words: RegExp][] = [
    ['missing.yaml', /missing\.yaml could not be read[^]*ENOENT/],
    ['broken.json', /broken\.json could not be read[^]*JSON/],
    ['broken.yaml', /broken\.yaml could not be read/],
    ['none.ts', /none\.ts could not be read[^]*default export/],
    ['config.toml', /must end in \.ts/],
    [undefined, /one config file[^]*config\.json, [^]*config\.yml/],
  ];
  for (const [file, words] of cases) {
    await assert.rejects(loadConfig(file, folder), failsWith('TFD_CONFIG_FILE', words));
  }
});

test('a wrong field is named by its path, with its value and the rule', { timeout }, () => {
  const cases: [config: unknown, words: RegExp][] = [
    [{ workers: 0 }, /field workers must be a whole number from 1 to 512 \(in c\.yaml\)[^]*Received: 0\n/],
    [{ workers: '2' }, /field workers must be a whole number[^]*Received: "2"/],
    [{ script: 7 }, /field script must be a text[^]*Received: 7/],
    [{ args: ['--epochs', 5] }, /field args\[1\] must be a text[^]*Received: 5/],
    [{ env: { DEBUG: 1 } }, /field env\.DEBUG must be a text, in quotes[^]*Received: 1/],
    [{ machines: ['a', 'b', 'a'] }, /field machines\[2\] must not be in the list twice[^]*Received: "a"/],
    [{ machines: [] }, /field machines must name at least one machine/],
    [
      { worker: 2 },
      /field worker is not a field of a config file[^]*Received: 2[^]*write one of: script, args, workers/,
    ],
    [null, /The config must be an object[^]*Received: null/],
  ];
  for (const [config, words] of cases) {
    assert.throws(() => checkConfig(config, 'c.yaml'), failsWith('TFD_CONFIG_FIELD', words));
  }
});

test('flags win over the file', { timeout }, () => {
  const config = { script: '/a/train.ts', args: ['--fast'], workers: 2, threadsPerWorker: 3, gracePeriodSeconds: 4 };
  const common = { port: 0, threadsPerWorker: 3, gracePeriodMs: 4000 };
  assert.deepEqual(toLaunchOptions(undefined, [], {}, config), {
    ...{ script: '/a/train.ts', args: ['--fast'], numWorkers: 2 },
    ...common,
  });
  assert.deepEqual(toLaunchOptions('other.ts', ['--slow'], { workers: '5', machines: 'a, b' }, config), {
    ...{ script: 'other.ts', args: ['--slow'], numWorkers: 5, machines: ['a', 'b'] },
    ...common,
  });
  assert.throws(
    () => toLaunchOptions(undefined, [], {}),
    failsWith('TFD_SCRIPT_MISSING', /tfjs-distribute run train\.ts/),
  );
});
