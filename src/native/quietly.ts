/** Keeps TensorFlow's start-up chatter, which comes before its logger can be told to be silent, off the terminal. */
import koffi from 'koffi';

const writeOnly = 1;
const stderr = 2;

/** Runs `fn` with nothing of what native code writes to standard error getting through. Errors of `fn` still do. */
export function quietly<T>(fn: () => T): T {
  if (process.platform === 'win32') return fn();
  const libc = koffi.load(null);
  const open = libc.func('int open(const char *path, int flags)') as (path: string, flags: number) => number;
  const duplicate = libc.func('int dup(int fd)') as (fd: number) => number;
  const replace = libc.func('int dup2(int from, int to)') as (from: number, to: number) => number;
  const close = libc.func('int close(int fd)') as (fd: number) => number;
  const nowhere = open('/dev/null', writeOnly);
  const saved = duplicate(stderr);
  if (nowhere < 0 || saved < 0) return fn();
  replace(nowhere, stderr);
  try {
    return fn();
  } finally {
    replace(saved, stderr);
    close(saved);
    close(nowhere);
  }
}
