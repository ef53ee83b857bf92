/** The Python environments of the peers: made in the cache folder, with the packages of `peers/requirements-*.txt`. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, thisHost } from '../src/native/runtime/index.ts';

/** Each has an environment of its own. */
export const peerKinds = ['tensorflow', 'torch'] as const;
export type PeerKind = (typeof peerKinds)[number];

interface Environment {
  readonly directory: string;
  readonly python: string;
  /** A copy of the requirements, written when all of them are installed. */
  readonly marker: string;
  readonly requirements: string;
}

function environment(kind: PeerKind): Environment {
  const directory = join(cacheDirectory(thisHost()), 'bench-peers', kind);
  return {
    directory,
    python: join(directory, 'bin/python'),
    marker: join(directory, 'requirements.txt'),
    requirements: join(import.meta.dirname, `peers/requirements-${kind}.txt`),
  };
}

/** The interpreter of a finished environment with the present requirements, or undefined. */
export function findPython(kind: PeerKind): string | undefined {
  const { python, marker, requirements } = environment(kind);
  if (!existsSync(python) || !existsSync(marker)) return undefined;
  return readFileSync(marker, 'utf8') === readFileSync(requirements, 'utf8') ? python : undefined;
}

/** As `findPython`, and makes the environment where there is none, with the `python3` and pip of this machine. */
export function makePython(kind: PeerKind): string {
  const found = findPython(kind);
  if (found !== undefined) return found;
  const { directory, python, marker, requirements } = environment(kind);
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
