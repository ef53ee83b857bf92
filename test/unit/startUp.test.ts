/** What importing the package loads: each library on the way costs every program time when it starts. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import ts from 'typescript';

/** The files and packages that `file` loads when it is imported, over all files on the way. */
function loadedBy(file: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(file)) return loaded;
  loaded.add(file);
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ESNext);
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
    const isTypeOnly = ts.isImportDeclaration(statement)
      ? statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : statement.isTypeOnly;
    if (isTypeOnly) continue;
    if (statement.moduleSpecifier === undefined) continue;
    const specifier = (statement.moduleSpecifier as ts.StringLiteral).text;
    if (specifier.startsWith('.')) loadedBy(new URL(specifier, `file://${file}`).pathname, loaded);
    else if (!specifier.startsWith('node:')) loaded.add(specifier);
  }
  return loaded;
}

test('importing the package loads no library but TF.js and koffi', { timeout: 10_000 }, () => {
  const loaded = loadedBy(new URL('../../src/index.ts', import.meta.url).pathname);
  const packages = [...loaded].filter((name) => !name.startsWith('/')).sort();
  const tfjs = ['converter', 'core', 'data', 'layers'].map((name) => `@tensorflow/tfjs-${name}`);
  assert.deepEqual(packages, [...tfjs, 'koffi']);
  assert(loaded.size > 100, 'the files of the package');
});
