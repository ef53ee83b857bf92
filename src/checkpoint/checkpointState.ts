/** The file `checkpoint` of a directory, as TensorFlow has it: which checkpoints there are, and which is the newest. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { replaceFile } from './checkpointFiles.ts';

/** One checkpoint of a directory. */
export interface KnownCheckpoint {
  /** Path of its files, without `.index`. */
  readonly prefix: string;
  /** When it was written, in seconds since 1970. */
  readonly timestampSeconds: number;
}

const fileName = 'checkpoint';

/** Path, without `.index`, of the newest complete checkpoint in `directory`; undefined where there is none. */
export function latestCheckpoint(directory: string): string | undefined {
  return readState(directory).at(-1)?.prefix;
}

/** The complete checkpoints of `directory`, the newest last. */
export function readState(directory: string): KnownCheckpoint[] {
  const path = join(directory, fileName);
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  const timestamps = [...text.matchAll(/^\s*all_model_checkpoint_timestamps:\s*(\S+)/gm)].map(([, value]) =>
    Number(value),
  );
  const paths = readPaths(text, 'all_model_checkpoint_paths');
  const [latest] = readPaths(text, 'model_checkpoint_path');
  const listed = paths.map((path, index) => ({ path, timestampSeconds: timestamps[index] ?? 0 }));
  const others = listed.filter(({ path }) => path !== latest);
  const newest =
    latest === undefined ? [] : [listed.find(({ path }) => path === latest) ?? { path: latest, timestampSeconds: 0 }];
  return [...others, ...newest]
    .map(({ path, timestampSeconds }) => ({ prefix: resolve(directory, path), timestampSeconds }))
    .filter(({ prefix }) => existsSync(`${prefix}.index`));
}

/** Replaces the list of checkpoints of `directory`. The last one is the newest. */
export async function writeState(directory: string, checkpoints: readonly KnownCheckpoint[]): Promise<void> {
  const newest = checkpoints.at(-1);
  if (newest === undefined) return;
  const nameOf = ({ prefix }: KnownCheckpoint): string => quote(relative(directory, prefix) || basename(prefix));
  const lines = [
    `model_checkpoint_path: ${nameOf(newest)}`,
    ...checkpoints.map((checkpoint) => `all_model_checkpoint_paths: ${nameOf(checkpoint)}`),
    ...checkpoints.map(({ timestampSeconds }) => `all_model_checkpoint_timestamps: ${timestampSeconds}`),
  ];
  await replaceFile(join(directory, fileName), `${lines.join('\n')}\n`);
}

function readPaths(text: string, field: string): string[] {
  const lines = text.matchAll(new RegExp(`^\\s*${field}:\\s*"((?:[^"\\\\]|\\\\.)*)"`, 'gm'));
  return [...lines].map(([, quoted = '']) => unquote(quoted));
}

function quote(path: string): string {
  return `"${path.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** Python writes bytes beyond ASCII as three octal digits. */
function unquote(quoted: string): string {
  const bytes = quoted.replaceAll(/\\([0-7]{1,3})|\\(.)|[^\\]+/gu, (part, octal?: string, character?: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    return Buffer.from(character ?? part).toString('latin1');
  });
  return Buffer.from(bytes, 'latin1').toString();
}
