/** The declarations of C functions, ours and TensorFlow's, are those of their headers. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { collectives } from '../../src/native/bindings/collectives.ts';
import { findRuntime } from '../../src/native/runtime/findRuntime.ts';

test('JavaScript declares the functions of cc/tfd.h as they are', { timeout: 5000 }, () => {
  const header = squeeze(read('cc/tfd.h'));
  for (const signature of Object.values(collectives)) {
    assert.ok(header.includes(squeeze(`TFD_API ${signature};`)), signature);
  }
});

const include = path.join(findRuntime()?.directory ?? '', 'include');
const headers = ['tf_tensor.h', 'tf_datatype.h', 'ops.h', 'kernels.h', 'tf_status.h']
  .map((name) => path.join(include, 'tensorflow/c', name))
  .concat(path.join(include, 'xla/tsl/c/tsl_status.h'));
const skip = headers.every((file) => existsSync(file)) ? false : "TensorFlow's headers are not on this machine";

test("cc/tensorflow_c_api.h declares TensorFlow's functions as its headers do", { timeout: 5000, skip }, () => {
  const theirs = squeeze(headers.map((file) => readFileSync(file, 'utf8')).join('\n'))
    .replaceAll('TF_CAPI_EXPORT', '')
    .replaceAll('extern', '')
    .replaceAll('TSL_', 'TF_'); // a status code is an alias there
  const ours = read('cc/tensorflow_c_api.h');
  const functions = ours.match(/^[A-Za-z][^;{}]*\([^;]*\);/gm) ?? [];
  assert.ok(functions.length > 35, `found ${functions.length} functions`);
  for (const declaration of functions) assert.ok(theirs.includes(squeeze(declaration)), declaration);
  for (const [value] of ours.matchAll(/TF_[A-Z0-9_]+ = \d+,/g)) assert.ok(theirs.includes(squeeze(value)), value);
});

function read(file: string): string {
  return readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
}

/** Without comments and white space, so that line breaks do not matter. */
function squeeze(text: string): string {
  return text.replace(/\/\/.*$/gm, '').replace(/\s+/g, '');
}
