/** Keeps TensorFlow's start-up chatter, which comes before its logger can be told to be silent, off the terminal. */
import koffi from 'koffi';

type Stream = bigint & { readonly kind: 'FILE' };

/**
 * From now on nothing of what native code writes to C's standard error stream gets through. What JavaScript writes
 * still does: Node writes to the file itself.
 *
 * @returns Ends the silence. Further calls do nothing.
 */
export function silenceNative(): () => void {
  const libc = koffi.load(null);
  const open = libc.func('void *fopen(const char *path, const char *mode)') as (path: string, mode: string) => Stream;
  const close = libc.func('int fclose(void *stream)') as (stream: Stream) => number;
  const variable = libc.symbol(process.platform === 'darwin' ? '__stderrp' : 'stderr') as bigint;
  const standardError = koffi.decode(variable, 'void *') as Stream;
  const nowhere = open('/dev/null', 'w');
  koffi.encode(variable, 'void *', nowhere);
  let isSilent = true;
  return () => {
    if (!isSilent) return;
    isSilent = false;
    koffi.encode(variable, 'void *', standardError);
    close(nowhere);
  };
}
