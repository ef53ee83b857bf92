/** Checks that imports between the folders of `src/` go one way; prints a line for each that does not. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/** What each folder may import, beside itself and `base`: the twin of the table in ARCHITECTURE.md. */
const layers: Readonly<Record<string, readonly string[]>> = {
  base: [],
  native: [],
  tensor: ['native'],
  backend: ['tensor', 'native'],
  graph: ['backend', 'tensor', 'native'],
  cluster: [],
  collectives: ['graph', 'tensor', 'cluster', 'native'],
  checkpoint: ['tensor'],
  profiler: ['tensor', 'cluster', 'native'],
  strategy: ['collectives', 'graph', 'backend', 'tensor', 'cluster'],
  train: ['strategy', 'checkpoint', 'graph', 'backend', 'tensor', 'cluster', 'native/protos'],
  launch: ['cluster', 'native/runtime'],
  cli: ['launch', 'cluster', 'native'],
};

/** Packages that only one folder may import. */
const owners: Readonly<Record<string, string>> = { koffi: 'native', commander: 'cli' };

const root = join(import.meta.dirname, '../src');

/** Each import of a file, type-only and dynamic ones too. */
function importsOf(file: string): { specifier: string; line: number }[] {
  const text = readFileSync(join(root, file), 'utf8');
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName, pos }) => ({
    specifier: fileName,
    line: text.slice(0, pos).split('\n').length,
  }));
}

/** What is wrong with an import, or `undefined`. Files directly in `src/` are entry points, and may import everything. */
function violation(file: string, specifier: string): string | undefined {
  const folder = folderOf(file);
  if (!specifier.startsWith('.')) {
    const owner = owners[specifier];
    return owner === undefined || owner === folder ? undefined : `only ${owner}/ may import ${specifier}`;
  }
  const target = join(dirname(file), specifier);
  if (target.startsWith('..')) return `src/ may not import from outside of it`;
  const allowed = layers[folder];
  if (folder === '') return undefined;
  if (allowed === undefined) return `${folder}/ is not in the table of layers`;
  if ([folder, 'base', ...allowed].some((place) => target.startsWith(`${place}/`))) return undefined;
  return folderOf(target) === '' ? `entry points are not imported from inside` : `${folder}/ may not import ${target}`;
}

function folderOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] ?? '') : '';
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /\.m?ts$/.test(file));
const violations = files.sort().flatMap((file) =>
  importsOf(file).flatMap(({ specifier, line }) => {
    const rule = violation(file, specifier);
    return rule === undefined ? [] : [`${relative('.', join(root, file))}:${line}: ${rule}`];
  }),
);
for (const line of violations) console.error(line);
if (violations.length > 0) process.exitCode = 1;
