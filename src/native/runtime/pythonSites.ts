/** Lists the folders in which the active Python environment keeps its packages, without starting Python. */

import { realpathSync } from 'node:fs';
import path from 'node:path';
import { isDirectory, isFile, listNames, readText } from './files.ts';
import type { Host } from './host.ts';

/** Folders that exist, in the order in which Python would look into them, each once. */
export function pythonSites(host: Host): string[] {
  const sites = splitPath(host.env['PYTHONPATH']);
  for (const prefix of activePrefixes(host)) sites.push(...prefix.sites(host));
  return [...new Set(sites)].filter(isDirectory);
}

/** The `sys.prefix` of the active environment, where pip looks for a `pip.conf`. */
export function pythonPrefix(host: Host): string | undefined {
  return activePrefixes(host)[0]?.directory;
}

class Prefix {
  readonly directory: string;
  /** `3.12`, where the name of the executable or `pyvenv.cfg` tells. */
  readonly version: string | undefined;

  constructor(directory: string, version: string | undefined) {
    this.directory = directory;
    this.version = version;
  }

  sites(host: Host): string[] {
    const venv = readVenv(this.directory);
    const own = this.#packageFolders();
    if (venv !== undefined && !venv.seesSystem) return own;
    const base =
      venv?.home === undefined ? undefined : new Prefix(path.dirname(venv.home), this.version ?? venv.version);
    return [...this.#userSites(host, venv?.version), ...own, ...(base?.sites(host) ?? [])];
  }

  #packageFolders(): string[] {
    const roots = [this.directory, ...(this.directory === '/usr' ? ['/usr/local'] : [])];
    return roots.flatMap((root) =>
      ['lib', 'lib64', 'local/lib'].flatMap((lib) =>
        pythonFolders(path.join(root, lib), this.version).flatMap((folder) =>
          ['site-packages', 'dist-packages'].map((kind) => path.join(folder, kind)),
        ),
      ),
    );
  }

  #userSites(host: Host, venvVersion: string | undefined): string[] {
    if (host.env['PYTHONNOUSERSITE']) return [];
    const version = this.version ?? venvVersion;
    const base = host.env['PYTHONUSERBASE'] ?? path.join(host.home, '.local');
    const folders = pythonFolders(path.join(base, 'lib'), version).map((folder) => path.join(folder, 'site-packages'));
    if (host.platform === 'darwin' && version !== undefined) {
      folders.push(path.join(host.home, 'Library/Python', version, 'lib/python/site-packages'));
    }
    return folders;
  }
}

function activePrefixes(host: Host): Prefix[] {
  const prefixes: Prefix[] = [];
  for (const name of ['VIRTUAL_ENV', 'CONDA_PREFIX']) {
    const directory = host.env[name];
    if (directory) prefixes.push(new Prefix(directory, readVenv(directory)?.version));
  }
  for (const name of ['python3', 'python']) {
    const first = allOnPath(name, host)
      .map((executable) => prefixesOf(executable, host))
      .find((found) => found.length > 0);
    prefixes.push(...(first ?? []));
  }
  return prefixes;
}

/** A virtual environment is not resolved through links; every other Python is looked for at both ends of its link. */
function prefixesOf(executable: string, host: Host): Prefix[] {
  const near = prefixOf(executable);
  const shims = path.dirname(executable);
  if (path.basename(shims) === 'shims' && isDirectory(path.join(path.dirname(shims), 'versions'))) {
    return pyenvPrefixes(path.dirname(shims), host);
  }
  const target = realpathSync(executable);
  const version = /^python(3\.\d+)/.exec(path.basename(target))?.[1];
  const venv = readVenv(near);
  if (venv !== undefined) return [new Prefix(near, venv.version ?? version)];
  return [...new Set([near, prefixOf(target)])].map((directory) => new Prefix(directory, version));
}

function prefixOf(executable: string): string {
  return path.dirname(path.dirname(executable));
}

/** pyenv's shims are scripts; the version that they start is named by a variable or a file. */
function pyenvPrefixes(root: string, host: Host): Prefix[] {
  const names = host.env['PYENV_VERSION']?.split(':') ?? pyenvVersionFile(root, host.workingDirectory);
  return names
    .map((name) => path.join(root, 'versions', name))
    .filter(isDirectory)
    .map((directory) => new Prefix(directory, readVenv(directory)?.version));
}

function pyenvVersionFile(root: string, workingDirectory: string): string[] {
  for (let folder = workingDirectory; ; folder = path.dirname(folder)) {
    const local = readText(path.join(folder, '.python-version'));
    if (local !== undefined) return local.split(/\s+/).filter(Boolean);
    if (folder === path.dirname(folder)) break;
  }
  return (readText(path.join(root, 'version')) ?? '').split(/\s+/).filter(Boolean);
}

interface Venv {
  home: string | undefined;
  version: string | undefined;
  seesSystem: boolean;
}

function readVenv(prefix: string): Venv | undefined {
  const text = readText(path.join(prefix, 'pyvenv.cfg'));
  if (text === undefined) return undefined;
  const value = (key: string): string | undefined =>
    new RegExp(`^\\s*${key}\\s*=\\s*(.*?)\\s*$`, 'im').exec(text)?.[1] ?? undefined;
  return {
    home: value('home'),
    version: /^3\.\d+/.exec(value('version(?:_info)?') ?? '')?.[0],
    seesSystem: value('include-system-site-packages')?.toLowerCase() === 'true',
  };
}

/** `python3.12` folders (only that one where the version is known) and Debian's `python3`. */
function pythonFolders(lib: string, version: string | undefined): string[] {
  const wanted =
    version === undefined ? /^python3(\.\d+)?t?$/ : new RegExp(`^python(3|${version.replace('.', '\\.')}t?)$`);
  return listNames(lib)
    .filter((name) => wanted.test(name))
    .map((name) => path.join(lib, name));
}

function allOnPath(name: string, host: Host): string[] {
  return splitPath(host.env['PATH'])
    .map((folder) => path.join(folder, name))
    .filter(isFile);
}

function splitPath(value: string | undefined): string[] {
  return (value ?? '').split(path.delimiter).filter(Boolean);
}
