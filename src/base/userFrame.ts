/** Finds the line of the user's own code in the current call stack. */
import { fileURLToPath } from 'node:url';

/** TF.js, whose source maps name its sources as they lay where it was built, and the loader of TypeScript files. */
const isFrontEnd = /\/@tensorflow\/|\/tfjs-[a-z]+\/src\/|\/node_modules\/tsx\//;
const ownFolder = fileURLToPath(new URL('..', import.meta.url));

/**
 * The innermost stack frame outside this library and TF.js, as `file:line:column`, or undefined where there is none.
 *
 * @param stack - A stack as V8 prints it; the current one where it is left out.
 */
export function userFrame(stack: string = currentStack()): string | undefined {
  for (const line of stack.split('\n').slice(1)) {
    const location = /\(?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*:\d+:\d+)\)?$/.exec(line.trim())?.[1];
    if (location === undefined) continue;
    const path = location.startsWith('file://') ? fileURLToPath(location) : location;
    if (path.startsWith(ownFolder) || isFrontEnd.test(path)) continue;
    return path;
  }
  return undefined;
}

function currentStack(): string {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = before;
  return stack;
}
