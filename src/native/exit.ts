/**
 * Lets the process end without running TensorFlow's static destructors, which crash while contexts or their
 * threads are alive.
 */
import koffi from 'koffi';

let registered = false;

/**
 * From now on the process leaves through `_exit`, with the code it would have had. Node's own `exit` event still
 * runs, and uncaught errors are still printed. Where the C library has no `on_exit` (macOS), `_exit` is called at the
 * end of Node's `exit` event.
 */
export function leaveWithoutDestructors(): void {
  if (registered) return;
  registered = true;
  const libc = koffi.load(null);
  const immediately = libc.symbol('_exit') as bigint;
  if (process.platform === 'linux') {
    const onExit = libc.func('int on_exit(void *function, void *argument)') as (f: bigint, argument: null) => number;
    // Handlers run in reverse order: registered this late, ours comes before every destructor of TensorFlow's.
    process.on('exit', () => onExit(immediately, null));
  } else {
    const exitNow = libc.func('void _exit(int status)') as (status: number) => void;
    process.on('exit', (code) => {
      exitNow(code);
    });
  }
}
