/** Loads a native library that stays in memory until the process ends, whatever koffi unloads when Node closes down. */
import koffi, { type LibraryHandle } from 'koffi';

/** Functions are looked up when they are first called: TensorFlow's library has 150,000 that wait to be. */
const lazy = 1;
const [global, noDelete] = process.platform === 'darwin' ? [0x8, 0x80] : [0x100, 0x1000];

type Open = ((path: string, flags: number) => unknown) & {
  async(path: string, flags: number, done: (error: Error | null, handle: unknown) => void): void;
};

/** As `koffi.load`, without the unloading: threads that the library has started may still run its code. */
export function loadForGood(path: string, options: { global?: boolean } = {}): LibraryHandle {
  const library = koffi.load(path, { ...options, lazy: true });
  dlopen()(path, lazy | noDelete);
  return library;
}

/**
 * Loads libraries on other threads, all of their names for every library; the system's loader takes one at a time. One
 * that cannot be loaded is left to `loadForGood`, which tells why.
 */
export async function loadForGoodAhead(paths: readonly string[]): Promise<void> {
  const open = dlopen();
  const loading = paths.map(
    (path) =>
      new Promise<void>((resolve) => {
        open.async(path, lazy | noDelete | global, () => {
          resolve();
        });
      }),
  );
  await Promise.all(loading);
}

function dlopen(): Open {
  return koffi.load(null).func('void *dlopen(const char *path, int flags)') as Open;
}
