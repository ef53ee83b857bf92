/** The library runs on the other versions of Node that it supports; npm serves them as the package `node`. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { cacheDirectory, thisHost } from '../src/native/runtime/index.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const own = Number(process.versions.node.split('.')[0]);

for (const version of [20, 22, 24].filter((each) => each !== own)) {
  test(`the tour of test/tiny.test.ts on Node ${version}`, { timeout: 240_000 }, async () => {
    const node = await installNode(version);
    assert.match((await run(node, ['--version'])).stdout, new RegExp(`^v${version}\\.`));
    // The variable would make the runner inside report to the one outside.
    const env = { ...process.env };
    delete env['NODE_TEST_CONTEXT'];
    const { stdout } = await run(node, ['--import', 'tsx', '--test', '--test-reporter=tap', 'test/tiny.test.ts'], {
      cwd: root,
      env,
    });
    assert.match(stdout, /^# pass 7$/m);
    assert.match(stdout, /^# fail 0$/m);
  });
}

/** The path of that Node, which is fetched once. */
async function installNode(version: number): Promise<string> {
  const folder = join(cacheDirectory(thisHost()), 'test-node', String(version));
  const node = join(folder, 'node_modules/node/bin/node');
  if (!existsSync(node)) {
    mkdirSync(folder, { recursive: true });
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefix', folder, `node@${version}`]);
  }
  return node;
}
