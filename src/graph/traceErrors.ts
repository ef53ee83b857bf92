/** The errors of functions that cannot be compiled. */
import { UserError } from '../base/errors.ts';
import { userFrame } from '../base/userFrame.ts';

export function asynchronous(name: string, result: Promise<unknown>): UserError {
  result.catch(() => undefined);
  return new UserError({
    code: 'TFD_TRACE_ASYNC',
    rule: 'A function that tf.function() compiles must not be asynchronous: it describes the computation, at once.',
    received: `"${name}", which returned a promise`,
    remedy: 'Remove `async` and `await` inside; await the call of the compiled function instead.',
  });
}

export function nestedCall(name: string): UserError {
  return new UserError({
    code: 'TFD_TRACE_NESTED',
    rule: 'Inside a function that is being compiled, another compiled function cannot be awaited.',
    received: `a call of "${name}" at ${userFrame() ?? 'an unknown line'}`,
    remedy: 'Call `.inline(...)` of it there: it becomes part of the function that is being compiled.',
  });
}
