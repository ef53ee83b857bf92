/** The commands of `tfjs-distribute` and their options. What a command does is loaded when it is called. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { reportError, usageErrorCode } from './reportError.ts';
import type { ClusterCheckFlags } from './clusterCheck.ts';
import type { RunFlags } from './run.ts';

/** Does what the arguments say, and resolves to the exit code: 2 for a wrong usage, 1 for another failure. */
export async function runProgram(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = createProgram((code) => (exitCode = code));
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has already printed its own errors, the help, or the version.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageErrorCode;
    return reportError(error);
  }
}

function createProgram(finish: (exitCode: number) => void): Command {
  const program = new Command('tfjs-distribute')
    .description("Distributed training of neural networks on TensorFlow's own runtime.")
    .version(packageVersion())
    .exitOverride()
    .showHelpAfterError('(add --help for the options)');

  program
    .command('run')
    .description('run a script in one or more worker processes, on this machine or on several')
    .argument('[script]', 'TypeScript or JavaScript file that each worker runs')
    .argument('[args...]', 'arguments for the script, after --')
    .option('-c, --config <FILE>', 'config file (default: tfjs-distribute.config.ts, .json, .yaml, ... in this folder)')
    .option('-w, --workers <N>', 'number of workers on each machine (default: 1)')
    .option('--threads-per-worker <T>', 'CPU threads of each worker (default: the cores, divided evenly)')
    .option('--port <P>', 'port on which the workers meet (default: any free one; 4711 with several machines)')
    .option('--grace-period <S>', 'seconds between SIGTERM and SIGKILL when workers must end (default: 10)')
    .option('--machines <A,B>', 'addresses of all machines; run the same command on each of them')
    .option('--machine <A>', 'which of the machines this one is (default: found by its addresses)')
    .addHelpText(
      'after',
      `
Examples:
  $ tfjs-distribute run train.ts
  $ tfjs-distribute run --workers 2 train.ts -- --epochs 5
  $ tfjs-distribute run --machines 10.0.0.1,10.0.0.2 train.ts

The exit code is 0 when all workers end with 0, else that of the first one that failed.
Ctrl-C is passed on to the workers; a second one ends them, a third one kills them.`,
    )
    .action(async (script: string | undefined, scriptArgs: string[], flags: RunFlags) => {
      const { run } = await import('./run.ts');
      finish(await run(script, scriptArgs, flags));
    });

  program
    .command('doctor')
    .description('check this machine: library, devices, memory, Node, ports, cluster; and say what to do')
    .option('--json', 'print the findings as JSON', false)
    .option('--fetch', "fetch TensorFlow's library where it is missing", false)
    .action(async (flags: { json: boolean; fetch: boolean }) => {
      const { doctor } = await import('./doctor.ts');
      const listDevices = async () => (await import('../native/index.ts')).listDevices();
      finish(await doctor({ ...flags, listDevices }));
    });

  program
    .command('cluster')
    .description('look at the machines of a job')
    .command('check')
    .description('connect every pair of workers, measure latency and bandwidth, and name the broken link')
    .option('-c, --config <FILE>', 'config file (default: as for run)')
    .option('-w, --workers <N>', 'number of workers on each machine (default: 1)')
    .option('--port <P>', 'port on which the workers meet (default: any free one; 4711 with several machines)')
    .option('--machines <A,B>', 'addresses of all machines; run the same command on each of them')
    .option('--machine <A>', 'which of the machines this one is (default: found by its addresses)')
    .option('--json', 'print the report as JSON', false)
    .addHelpText(
      'after',
      `
Examples:
  $ srun npx tfjs-distribute cluster check
  $ tfjs-distribute cluster check --machines 10.0.0.1,10.0.0.2

The exit code is 0 when all links work alike, 1 when a link is broken or a worker does not come, and 3 when a link is
far slower than the others.`,
    )
    .action(async (flags: ClusterCheckFlags) => {
      const { clusterCheck } = await import('./clusterCheck.ts');
      finish(await clusterCheck(flags));
    });

  return program;
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
