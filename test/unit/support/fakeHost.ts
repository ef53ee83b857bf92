/** A machine with nothing on it: Linux x64 with glibc, an empty home, no Python. */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { Host } from '../../../src/native/runtime/host.ts';

export type Environment = Record<string, string | undefined>;

/** A folder that is removed when the test ends. */
export function temporaryFolder(t: TestContext): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tfd-runtime-'));
  t.after(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** @param home an empty folder; nothing outside it is looked at */
export function fakeHost(home: string, env: Environment = {}, overrides: Partial<Host> = {}): Host {
  return {
    env: { PIP_CONFIG_FILE: '/dev/null', ...env },
    platform: 'linux',
    arch: 'x64',
    home,
    workingDirectory: home,
    glibc: '2.36',
    macos: undefined,
    ...overrides,
  };
}

/** Writes files, by their path under `root`; makes the folders. */
export function writeTree(root: string, files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content, { mode: 0o755 });
  }
}

/** The files of an installed TensorFlow under a folder of packages. */
export function installedTensorFlow(
  site: string,
  version = '2.20.0',
  distribution = 'tensorflow_cpu',
): Record<string, string> {
  return {
    [`${site}/tensorflow/libtensorflow_cc.so.2`]: 'cc',
    [`${site}/tensorflow/libtensorflow_framework.so.2`]: 'framework',
    [`${site}/${distribution}-${version}.dist-info/METADATA`]: 'Name: x\n',
  };
}
