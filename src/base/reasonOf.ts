/** Says why something failed, for the message of another error. */
import { DistributeError } from './errors.ts';

/** What `cause` says; of an error of ours, the rule alone. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof DistributeError) return cause.rule;
  return cause instanceof Error ? cause.message : String(cause);
}
