/** What a launch needs, checked before anything starts. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../base/errors.ts';

export interface LaunchOptions {
  /** Path of the script that each worker runs: TypeScript or JavaScript, relative to the working directory. */
  readonly script: string;
  /** Arguments for the script; default none. */
  readonly args?: readonly string[];
  /** Number of workers on this machine, from 1 to 512; default 1. */
  readonly numWorkers?: number;
  /** Addresses of all machines of the job, each with as many workers; the first one holds the place to meet. */
  readonly machines?: readonly string[];
  /** Which of `machines` this one is; default: the one with an address or the name of this machine. */
  readonly machine?: string;
  /** Secret that all machines know; default: a random one on one machine, none on several. */
  readonly token?: string;
  /** CPU threads that TensorFlow may use in each worker; default: the cores of this machine, divided evenly. */
  readonly threadsPerWorker?: number;
  /** Port on which the workers meet; default 0: any free one, or 4711 with several machines. */
  readonly port?: number;
  /** Time between SIGTERM and SIGKILL when workers must end, in milliseconds; default 10,000. */
  readonly gracePeriodMs?: number;
  /** Environment of the workers, to which ours is added; default `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
  /**
   * Runs once before the workers start, and returns environment variables for all of them.
   * Default: makes sure that TensorFlow's library is on this machine, so that the workers need not.
   */
  readonly prepare?: () => Promise<Readonly<Record<string, string>>>;
}

interface Range {
  readonly code: `TFD_${string}`;
  /** What is counted, as the subject of a sentence. */
  readonly what: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly remedy: string;
}

/** The numbers that a user may give, with their limits. */
export const ranges = {
  numWorkers: {
    code: 'TFD_WORKERS_RANGE',
    what: 'The number of workers',
    minimum: 1,
    maximum: 512,
    remedy: 'Use --workers 1 for a run on one worker, or the number of devices or cores of this machine.',
  },
  threadsPerWorker: {
    code: 'TFD_THREADS_RANGE',
    what: 'The number of threads of a worker',
    minimum: 1,
    maximum: 4096,
    remedy: 'Leave --threads-per-worker out to divide the cores of this machine evenly.',
  },
  port: {
    code: 'TFD_PORT_RANGE',
    what: 'The port',
    minimum: 0,
    maximum: 65_535,
    remedy: 'Leave --port out to use any free port.',
  },
  gracePeriodSeconds: {
    code: 'TFD_GRACE_PERIOD_RANGE',
    what: 'The grace period in seconds',
    minimum: 0,
    maximum: 86_400,
    remedy: 'Use --grace-period 10 for ten seconds.',
  },
  gracePeriodMs: {
    code: 'TFD_GRACE_PERIOD_RANGE',
    what: 'The grace period in milliseconds',
    minimum: 0,
    maximum: 86_400_000,
    remedy: 'Use gracePeriodMs: 10_000 for ten seconds.',
  },
} as const satisfies Record<string, Range>;

/** Returns the value when it is a whole number in the range; a text counts as the number that it spells. */
export function checkRange(value: number | string, { code, what, minimum, maximum, remedy }: Range): number {
  const number = typeof value === 'string' && value.trim() === '' ? NaN : Number(value);
  if (Number.isInteger(number) && number >= minimum && number <= maximum) return number;
  throw new UserError({
    code,
    rule: `${what} must be a whole number from ${minimum} to ${maximum}.`,
    received: typeof value === 'string' ? JSON.stringify(value) : String(value),
    remedy,
  });
}

/** Returns the absolute path of the script when there is such a file. */
export function checkScript(script: string): string {
  const path = resolve(script);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile()) return path;
  throw new UserError({
    code: 'TFD_SCRIPT_NOT_FOUND',
    rule: 'The script that the workers run must be a file.',
    received: `${script} (${stats === undefined ? `there is nothing at ${path}` : 'a directory'})`,
    remedy: 'Give the path of a .ts or .js file, relative to the folder that you are in.',
  });
}
