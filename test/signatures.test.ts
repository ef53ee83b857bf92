/** Every C function that we declare is compared with TensorFlow's own headers, which come with the library. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { core } from '../src/native/bindings/core.ts';
import { eager } from '../src/native/bindings/eager.ts';
import { graph } from '../src/native/bindings/graph.ts';
import { ensureRuntime } from '../src/native/index.ts';

const headers = [
  'c_api.h',
  'tf_status.h',
  'tf_buffer.h',
  'tf_tensor.h',
  'tf_tstring.h',
  'c_api_experimental.h',
  'eager/c_api.h',
  'eager/c_api_experimental.h',
];

/** Types that koffi is told under another name, with the same size. */
const sameTypes: readonly (readonly [RegExp, string])[] = [
  [/\b(?:TF_DataType|TF_Code)\b/g, 'int'],
  [/\bunsigned char\b|\buint8_t\b/g, 'byte'],
];

test('the declarations are those of the headers', async (t) => {
  const { directory } = await ensureRuntime();
  const folder = join(directory, 'include/tensorflow/c');
  if (!existsSync(folder)) {
    t.skip('this TensorFlow came without headers');
    return;
  }
  const declared = headers.map((header) => readFileSync(join(folder, header), 'utf8')).map(withoutComments);
  const inHeaders = new Map(
    declared
      .flatMap((text) => [...text.matchAll(/TF_CAPI_EXPORT\s+(?:extern\s+)?([^;{]+?\))\s*;/g)])
      .map((match) => {
        const signature = parse(match[1] ?? '');
        return [signature.name, signature] as const;
      }),
  );
  const table = { ...core, ...eager, ...graph };
  assert.ok(Object.keys(table).length > 70);
  for (const [name, text] of Object.entries(table)) {
    const ours = parse(text);
    assert.equal(ours.name, name, 'a declaration stands under its own name');
    const theirs = inHeaders.get(name);
    assert.ok(theirs !== undefined, `${name} is in no header`);
    // The characters of a text are read as bytes here.
    if (name === 'TF_StringGetDataPointer') continue;
    assert.deepEqual(ours, theirs, name);
  }
});

interface Parsed {
  readonly name: string;
  readonly result: string;
  readonly parameters: readonly string[];
}

/** Takes `char *f(const T* x, int n)` apart; names of parameters and spaces do not count. */
function parse(signature: string): Parsed {
  const match = /^(.*?)(\w+)\s*\(([^]*)\)$/.exec(signature.trim());
  const [, result = '', name = '', list = ''] = match ?? [];
  const parameters =
    list.trim() === 'void' || list.trim() === '' ? [] : list.split(',').map((part) => type(part, true));
  return { name, result: type(result, false), parameters };
}

function type(text: string, isParameter: boolean): string {
  let result = text.replace(/\bstruct\b/g, ' ').trim();
  for (const [pattern, name] of sameTypes) result = result.replace(pattern, name);
  result = result.replaceAll('*', ' * ').trim();
  const words = result.split(/\s+/);
  // The last word is the parameter's name, unless it is a type by itself.
  const hasName = isParameter && words.length > 1 && /^\w+$/.test(words.at(-1) ?? '') && !isType(words);
  return (hasName ? words.slice(0, -1) : words).join(' ').replace(/^const (\w+)$/, '$1');
}

function isType(words: readonly string[]): boolean {
  return words.length === 2 && words[0] === 'const';
}

function withoutComments(text: string): string {
  return text.replace(/\/\/.*$/gm, '').replace(/\/\*[^]*?\*\//g, '');
}
