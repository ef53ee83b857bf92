/** The errors of this library: documents with a stable code, the rule, what was received, and what to do. */

/** The parts of an error message; see `docs/errors.md` for every code. */
export interface ErrorParts {
  /** Stable identifier, `TFD_` and words in capitals, for example `TFD_WORKERS_RANGE`. */
  readonly code: `TFD_${string}`;
  /** One sentence: the rule that was broken, in plain words. */
  readonly rule: string;
  /** What was received instead, as a value or a short description. */
  readonly received?: string;
  /** What the reader can do about it. */
  readonly remedy?: string;
  /** The underlying error, kept. */
  readonly cause?: unknown;
}

/** Parent of every error that this library raises on purpose. */
export abstract class DistributeError extends Error {
  declare readonly code: `TFD_${string}`;
  declare readonly rule: string;
  declare readonly received: string | undefined;
  declare readonly remedy: string | undefined;

  constructor({ cause, ...parts }: ErrorParts) {
    super(describe(parts), cause === undefined ? undefined : { cause });
    // Not enumerable: the message has all of this already, and Node would print it again.
    for (const [key, value] of Object.entries({ name: new.target.name, ...parts })) {
      Object.defineProperty(this, key, { value, enumerable: false, writable: true, configurable: true });
    }
  }
}

/** The caller gave something that cannot work: a wrong argument, shape, option or file. */
export class UserError extends DistributeError {}

/** The surroundings failed: no network, a busy port, a full disk, a TensorFlow kernel that reported an error. */
export class EnvironmentError extends DistributeError {}

/** A collective operation or a peer failed while others may live on. The reaction is to form a new group, not to fix code. */
export class PeerError extends DistributeError {}

/** A broken promise inside this library: please report it. */
export class InternalError extends DistributeError {
  constructor(what: string, cause?: unknown) {
    super({
      code: 'TFD_INTERNAL',
      rule: what,
      remedy: 'This is a bug of tfjs-distribute. Please report it with this message.',
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

function describe({ code, rule, received, remedy }: ErrorParts): string {
  const lines = [`[${code}] ${rule}`];
  if (received !== undefined) lines.push(`  Received: ${received}`);
  if (remedy !== undefined) lines.push(`  What to do: ${remedy}`);
  return lines.join('\n');
}
