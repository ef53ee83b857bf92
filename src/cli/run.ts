/** `tfjs-distribute run`: turns the words of the command line into options of {@link launch}. */
import { launch, type LaunchOptions } from '../launch/index.ts';
import { checkRange, ranges } from '../launch/launchOptions.ts';

/** Options as they were typed. */
export interface RunFlags {
  readonly workers: string;
  readonly threadsPerWorker?: string;
  readonly port: string;
  /** Seconds. */
  readonly gracePeriod: string;
}

/** Runs the script, and resolves to the exit code of the command. */
export function run(script: string, args: readonly string[], flags: RunFlags): Promise<number> {
  return launch(toLaunchOptions(script, args, flags));
}

/** @throws UserError for a number that is none, or out of range */
export function toLaunchOptions(script: string, args: readonly string[], flags: RunFlags): LaunchOptions {
  const { workers, threadsPerWorker, port, gracePeriod } = flags;
  return {
    script,
    args,
    numWorkers: checkRange(workers, ranges.numWorkers),
    ...(threadsPerWorker === undefined
      ? {}
      : { threadsPerWorker: checkRange(threadsPerWorker, ranges.threadsPerWorker) }),
    port: checkRange(port, ranges.port),
    gracePeriodMs: 1000 * checkRange(gracePeriod, ranges.gracePeriodSeconds),
  };
}
