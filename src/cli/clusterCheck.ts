/** The command `cluster check`: connects every pair of workers, and says which link is broken or slow. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveWorker } from '../cluster/index.ts';
import { launch } from '../launch/index.ts';
import { loadConfig } from '../launch/config/loadConfig.ts';
import type { CheckOptions } from './clusterCheck/checkLinks.ts';
import { describeReport } from './clusterCheck/describeReport.ts';
import { exitCodeOfReport, reportSchema } from './clusterCheck/report.ts';
import { toLaunchOptions, type RunFlags } from './run.ts';

/** Options as they were typed. */
export type ClusterCheckFlags = Pick<RunFlags, 'config' | 'workers' | 'port' | 'machines' | 'machine'> & {
  readonly json: boolean;
};

const options: CheckOptions = { durationMs: 300, timeoutMs: 3000, joinTimeoutMs: 30_000 };

/** @returns 0: all links work alike; 1: a link is broken or a worker is missing; 3: a link is far slower than others */
export async function clusterCheck(flags: ClusterCheckFlags): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'tfjs-distribute-check-'));
  const file = join(folder, 'report.json');
  try {
    const script = fileURLToPath(new URL(`clusterCheck/worker${import.meta.url.slice(-3)}`, import.meta.url));
    const launched = toLaunchOptions(script, [JSON.stringify(options), file], flags, await loadConfig(flags.config));
    // No worker needs TensorFlow's library.
    const exitCode = await launch({ ...launched, prepare: () => Promise.resolve({}) });
    if (exitCode !== 0 || !existsSync(file)) return exitCode === 0 ? 1 : exitCode;
    const report = reportSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    // Tasks of Slurm or MPI share one output.
    if (resolveWorker().rank === 0)
      process.stdout.write(flags.json ? `${JSON.stringify(report, undefined, 2)}\n` : describeReport(report));
    return exitCodeOfReport(report);
  } finally {
    await rm(folder, { recursive: true });
  }
}
