/** Runs one measurement in a fresh process, and reads the line that it prints. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Sample } from './cases/measure.ts';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Threads of TensorFlow, where the command does not set them itself. */
  readonly numThreads?: number;
}

const timeoutMs = 300_000;

/** @throws Error with what the process wrote on stderr, where it failed or printed no measurement. */
export async function runCase({ file, args, numThreads }: Command): Promise<Sample> {
  const env = {
    TF_CPP_MIN_LOG_LEVEL: '2',
    ...process.env,
    ...(numThreads === undefined ? {} : { TFJS_DISTRIBUTE_THREADS: String(numThreads) }),
  };
  const { failure, stdout, stderr } = await new Promise<Ended>((resolve) => {
    execFile(
      file,
      args,
      { env, timeout: timeoutMs, cwd: join(import.meta.dirname, '..') },
      (failure, stdout, stderr) => {
        resolve({ failure, stdout, stderr });
      },
    );
  });
  const line = /\{"value".*\}$/m.exec(stdout)?.[0];
  if (failure === null && line !== undefined) return JSON.parse(line) as Sample;
  const command = [file, ...args].join(' ');
  throw new Error(`No measurement came from: ${command}\n${stdout}${stderr}`, { cause: failure });
}

interface Ended {
  readonly failure: Error | null;
  readonly stdout: string;
  readonly stderr: string;
}
