/** Prints an error for a person: the message alone for one that we raise on purpose, the stack for a surprise. */
import { DistributeError, InternalError, UserError } from '../base/errors.ts';

/** Exit code for a command that was used wrongly, as with most commands. */
export const usageErrorCode = 2;

/** Prints to stderr and returns the exit code. `TFJS_DISTRIBUTE_DEBUG=1` shows the stack of every error. */
export function reportError(error: unknown): number {
  const isExpected = error instanceof DistributeError && !(error instanceof InternalError);
  if (isExpected) {
    console.error(process.env['TFJS_DISTRIBUTE_DEBUG'] === '1' ? error : error.message);
    return error instanceof UserError ? usageErrorCode : 1;
  }
  console.error(error);
  console.error(`
This should not have happened. Please report it with the lines above, the output of
\`npx tfjs-distribute doctor\` and, if you can, the script.`);
  return 1;
}
