/** Gives back memory that only the loading of a library needs. */
import { readFileSync, realpathSync } from 'node:fs';
import koffi from 'koffi';

const dontNeed = 4;

/**
 * Unmaps the pages of the first segments of loaded libraries: their symbols and relocations, 120 MB of TensorFlow, all of
 * which the system's loader reads. A page that is read again comes back from the system's file cache. Linux only;
 * elsewhere, and where it does not work, nothing happens.
 */
export function releaseLoaderPages(libraries: readonly string[]): void {
  if (process.platform !== 'linux') return;
  try {
    const madvise = koffi.load(null).func('int madvise(uintptr_t address, size_t sizeBytes, int advice)');
    const paths = libraries.map((path) => realpathSync(path));
    for (const [start, end] of firstSegments(paths)) madvise(start, end - start, dontNeed);
  } catch {
    // It only saves memory.
  }
}

/** Start and end addresses. */
function firstSegments(paths: readonly string[]): [bigint, bigint][] {
  return readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, start = '', end = '', path = ''] =
        /^([0-9a-f]+)-([0-9a-f]+) r--p 00000000 \S+ \d+ +(.*)$/.exec(line) ?? [];
      return paths.includes(path) ? [[BigInt(`0x${start}`), BigInt(`0x${end}`)]] : [];
    });
}
