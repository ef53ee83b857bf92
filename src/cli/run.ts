/** `tfjs-distribute run`: turns the words of the command line and the config file into options of {@link launch}. */
import { UserError } from '../base/errors.ts';
import { launch, type LaunchOptions } from '../launch/index.ts';
import { loadConfig } from '../launch/config/loadConfig.ts';
import type { LaunchConfig } from '../launch/index.ts';
import { checkRange, ranges } from '../launch/launchOptions.ts';

/** Options as they were typed. */
export interface RunFlags {
  readonly config?: string;
  readonly workers?: string;
  readonly threadsPerWorker?: string;
  readonly port?: string;
  /** Seconds. */
  readonly gracePeriod?: string;
  /** With commas between them. */
  readonly machines?: string;
  readonly machine?: string;
}

/** Runs the script, and resolves to the exit code of the command. */
export async function run(script: string | undefined, args: readonly string[], flags: RunFlags): Promise<number> {
  return launch(toLaunchOptions(script, args, flags, await loadConfig(flags.config)));
}

/**
 * What was typed wins over the config file.
 *
 * @throws UserError for a number that is none, or out of range
 */
export function toLaunchOptions(
  script: string | undefined,
  args: readonly string[],
  flags: RunFlags,
  config: LaunchConfig = {},
): LaunchOptions {
  const chosen = script ?? config.script;
  if (chosen === undefined) throw noScript();
  const numWorkers = flags.workers ?? config.workers;
  const threadsPerWorker = flags.threadsPerWorker ?? config.threadsPerWorker;
  const machines = flags.machines?.split(',').map((machine) => machine.trim()) ?? config.machines;
  const token = process.env['TFJS_DISTRIBUTE_TOKEN'] ?? config.token;
  return {
    script: chosen,
    args: args.length > 0 ? args : (config.args ?? []),
    ...(numWorkers === undefined ? {} : { numWorkers: checkRange(numWorkers, ranges.numWorkers) }),
    ...(threadsPerWorker === undefined
      ? {}
      : { threadsPerWorker: checkRange(threadsPerWorker, ranges.threadsPerWorker) }),
    port: checkRange(flags.port ?? config.port ?? 0, ranges.port),
    gracePeriodMs: 1000 * checkRange(flags.gracePeriod ?? config.gracePeriodSeconds ?? 10, ranges.gracePeriodSeconds),
    ...(machines === undefined ? {} : { machines }),
    ...(flags.machine === undefined ? {} : { machine: flags.machine }),
    ...(token === undefined ? {} : { token }),
    ...(config.env === undefined ? {} : { env: { ...process.env, ...config.env } }),
  };
}

function noScript(): UserError {
  return new UserError({
    code: 'TFD_SCRIPT_MISSING',
    rule: 'There must be a script that the workers run.',
    received: 'none on the command line, and none in a config file',
    remedy: 'Use `tfjs-distribute run train.ts`, or write `script` into tfjs-distribute.config.yaml.',
  });
}
