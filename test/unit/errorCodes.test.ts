/** Every code of an error in the sources is explained in docs/errors.md, and nothing else is. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '../..');

test('docs/errors.md explains the codes that exist', () => {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const raised = new Set(
    sources.flatMap((file) => {
      const text = readFileSync(join(root, 'src', file), 'utf8');
      return [...text.matchAll(/code: '(TFD_[A-Z_]+)'/g)].map((match) => match[1]);
    }),
  );
  const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
  const explained = new Set([...page.matchAll(/`(TFD_[A-Z]+(?:_[A-Z]+)*)`/g)].map((match) => match[1]));
  // Codes of TensorFlow's own status have one row together.
  const ofTensorFlow = (code: string | undefined): boolean => code?.startsWith('TFD_OP_') === true;
  assert.deepEqual([...explained].filter((code) => !ofTensorFlow(code)).sort(), [...raised].sort());
});
