/** The error for files that could not be written to a folder. */
import { EnvironmentError, type ErrorParts } from './errors.ts';
import { reasonOf } from './reasonOf.ts';

export function notWritten({ code, rule }: Pick<ErrorParts, 'code' | 'rule'>, cause: unknown): EnvironmentError {
  return new EnvironmentError({
    code,
    rule,
    received: reasonOf(cause),
    remedy: 'Choose a folder that you may write to, with enough room on its disk.',
    cause,
  });
}
