/** The Python environment of the peers: made in the cache folder, with the packages of `peers/requirements.txt`. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, thisHost } from '../src/native/runtime/index.ts';

const requirements = join(import.meta.dirname, 'peers/requirements.txt');

function environment(): { directory: string; python: string; marker: string } {
  const directory = join(cacheDirectory(thisHost()), 'bench-peers');
  return { directory, python: join(directory, 'bin/python'), marker: join(directory, 'requirements.txt') };
}

/** The interpreter of a finished environment with the present requirements, or undefined. */
export function findPython(): string | undefined {
  const { python, marker } = environment();
  if (!existsSync(python) || !existsSync(marker)) return undefined;
  return readFileSync(marker, 'utf8') === readFileSync(requirements, 'utf8') ? python : undefined;
}

/** As `findPython`, and makes the environment where there is none, with the `python3` and pip of this machine. */
export function makePython(): string {
  const found = findPython();
  if (found !== undefined) return found;
  const { directory, python, marker } = environment();
  rmSync(directory, { recursive: true, force: true });
  run('python3', ['-m', 'venv', directory]);
  run(python, ['-m', 'pip', 'install', '--disable-pip-version-check', '-r', requirements]);
  writeFileSync(marker, readFileSync(requirements));
  return python;
}

function run(file: string, args: readonly string[]): void {
  const { status, error } = spawnSync(file, args, { stdio: ['ignore', 2, 2] });
  if (error !== undefined)
    throw new Error(`${file} could not be started. Python 3.10 or newer must be installed.`, { cause: error });
  if (status !== 0) throw new Error(`This command failed: ${[file, ...args].join(' ')}`);
}
