/** The errors of profiles. */
import { EnvironmentError, UserError } from '../base/errors.ts';

export function alreadyProfiling(): UserError {
  return new UserError({
    code: 'TFD_PROFILE_ACTIVE',
    rule: 'A process makes one profile at a time.',
    received: 'tf.profile() before another one has ended',
    remedy: 'Await the first, or profile both parts in one function.',
  });
}

export function profileNotWritten(folder: string, cause: unknown): EnvironmentError {
  return new EnvironmentError({
    code: 'TFD_PROFILE_WRITE',
    rule: `The profile could not be written to ${folder}.`,
    received: cause instanceof Error ? cause.message : String(cause),
    remedy: 'Choose a folder that you may write to, with enough room on its disk.',
    cause,
  });
}
