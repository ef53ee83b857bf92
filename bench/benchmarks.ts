/** The benchmarks: what each measures, against whom, and which ratio it must reach. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Command } from './runCase.ts';

/** One side of a benchmark: the processes that run at the same time; their values are added. */
export type Side = readonly Command[];

export interface Benchmark {
  readonly id: string;
  /** What one measurement does, in words. */
  readonly work: string;
  readonly unit: string;
  /** Which values are good; `target` is the ratio (ours / peer) that must not be passed to the other side. */
  readonly better: 'lower' | 'higher';
  readonly target: number;
  readonly peerName: string;
  readonly ours: Side;
  readonly peer: Side;
  /** Measured too, in every round, and printed as information: by name. */
  readonly also?: Readonly<Record<string, Side>>;
}

export interface BenchmarkOptions {
  /** The Python interpreter that has TensorFlow; undefined leaves the Python peers out. */
  readonly python: string | undefined;
  /** Threads of TensorFlow in `cnn-step`, on both sides; default: all cores. */
  readonly numThreads?: number;
}

/** All benchmarks. */
export function benchmarks({ python, numThreads = availableParallelism() }: BenchmarkOptions): Benchmark[] {
  const pythonPeer = (file: string): Side =>
    python === undefined ? [] : [{ file: python, args: [join(import.meta.dirname, 'peers', file)], numThreads }];
  const threads = numThreads === 1 ? '1 thread' : `${numThreads} threads`;
  return [
    {
      id: 'cnn-step',
      work: `one compiled training step of a CNN, batch 64, SGD, ${threads}`,
      unit: 'ms',
      better: 'lower',
      target: 1,
      peerName: 'Python tf.function',
      ours: [{ ...ours('cnnStep.ts'), numThreads }],
      peer: pythonPeer('cnn_step.py'),
    },
    {
      id: 'eager-add',
      work: 'one eager addition of two tensors of 4 numbers',
      unit: 'µs',
      better: 'lower',
      target: 1,
      peerName: 'Python a + b',
      ours: [{ ...ours('eagerAdd.ts'), numThreads }],
      peer: pythonPeer('eager_add.py'),
    },
    {
      id: 'two-workers',
      work: 'training the same CNN, batch 64 a worker, 2 workers of 1 thread',
      unit: 'samples/s',
      better: 'higher',
      target: 1.8,
      peerName: 'one worker',
      ours: [workers(2)],
      peer: [workers(1)],
      also: { 'two workers that do not communicate': [workers(1), workers(1)] },
    },
  ];
}

const typescript = ['--import', 'tsx'];

function ours(file: string): Command {
  return { file: process.execPath, args: [...typescript, join(import.meta.dirname, 'cases', file)] };
}

/** The training through our own launcher. */
function workers(numWorkers: number): Command {
  const cli = join(import.meta.dirname, '../src/cli/main.ts');
  const script = join(import.meta.dirname, 'cases/trainWorkers.ts');
  const options = ['--workers', String(numWorkers), '--threads-per-worker', '1'];
  return { file: process.execPath, args: [...typescript, cli, 'run', ...options, script] };
}
