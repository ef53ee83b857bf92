/** Loads a native library that stays in memory until the process ends, whatever koffi unloads when Node closes down. */
import koffi, { type LibraryHandle } from 'koffi';

const now = 2;
const noDelete = process.platform === 'darwin' ? 0x80 : 0x1000;

/** As `koffi.load`, without the unloading: threads that the library has started may still run its code. */
export function loadForGood(path: string, options: { global?: boolean } = {}): LibraryHandle {
  const library = koffi.load(path, options);
  const open = koffi.load(null).func('void *dlopen(const char *path, int flags)') as (
    path: string,
    flags: number,
  ) => unknown;
  open(path, now | noDelete);
  return library;
}
