/** Looks at files and folders; whatever cannot be read counts as not there. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';

export function isFile(path: string): boolean {
  return stat(path)?.isFile() ?? false;
}

export function isDirectory(path: string): boolean {
  return stat(path)?.isDirectory() ?? false;
}

/** Size in bytes, or `undefined` where there is no such file. */
export function fileSize(path: string): number | undefined {
  const found = stat(path);
  return found?.isFile() ? found.size : undefined;
}

export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** The names in a folder, sorted, numbers by their value, the highest first. */
export function listNames(directory: string): string[] {
  try {
    return readdirSync(directory)
      .map((name) => [name.replace(/\d+/g, (digits) => digits.padStart(12, '0')), name] as const)
      .sort(([a], [b]) => (a < b ? 1 : -1))
      .map(([, name]) => name);
  } catch {
    return [];
  }
}

function stat(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
