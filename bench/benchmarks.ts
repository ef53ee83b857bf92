/** The benchmarks: what each measures, against whom, and which ratios it must reach. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { PeerKind } from './peerPython.ts';
import type { Command } from './runCase.ts';

/** One side of a benchmark: the processes that run at the same time; their values are added. */
export type Side = readonly Command[];

export interface Peer {
  readonly name: string;
  /** The ratio (ours / peer) that must not be passed to the other side. */
  readonly target: number;
  readonly side: Side;
}

export interface Benchmark {
  readonly id: string;
  /** What one measurement does, in words. */
  readonly work: string;
  readonly unit: string;
  /** Which values are good. */
  readonly better: 'lower' | 'higher';
  readonly ours: Side;
  readonly peers: readonly Peer[];
  /** Measured too, in every round, and printed as information: by name. */
  readonly also?: Readonly<Record<string, Side>>;
}

export interface BenchmarkOptions {
  /** The Python interpreters that have the peers; where one is missing, its peers are left out. */
  readonly pythons: Readonly<Partial<Record<PeerKind, string>>>;
  /** Threads of each side, except in `two-workers`; default: all cores. */
  readonly numThreads?: number;
}

const networks = {
  mlp: 'an MLP, batch 128',
  cnn: 'a CNN, batch 64',
  resnet20: 'ResNet-20 on CIFAR shapes, batch 64',
  lstm: 'an LSTM over 50 steps, batch 64',
  transformer: 'a transformer of 4 layers, batch 32',
};

/** XLA makes convolutions and recurrent layers slower, and takes long to compile them. */
const fasterWithXla = new Set(['mlp', 'transformer']);

/** All benchmarks. */
export function benchmarks({ pythons, numThreads = availableParallelism() }: BenchmarkOptions): Benchmark[] {
  const threads = numThreads === 1 ? '1 thread' : `${numThreads} threads`;
  const ours = (file: string, ...args: string[]): Side => [{ ...typescript('cases', file, ...args), numThreads }];
  const python = (kind: PeerKind, file: string, ...args: string[]): Side | undefined => {
    const interpreter = pythons[kind];
    if (interpreter === undefined) return undefined;
    return [{ file: interpreter, args: [join(import.meta.dirname, 'peers', file), ...args], numThreads }];
  };
  const peer = (
    kind: PeerKind,
    name: string,
    target: number,
    ...command: [file: string, ...args: string[]]
  ): Peer[] => {
    const side = python(kind, ...command);
    return side === undefined ? [] : [{ name, target, side }];
  };
  const torchProduct = python('torch', 'matmul.py', 'torch');
  const steps = Object.entries(networks).map(([network, description]): Benchmark => ({
    id: `${network}-step`,
    work: `one compiled training step of ${description}, SGD, ${threads}`,
    unit: 'ms',
    better: 'lower',
    ours: ours('step.ts', network, 'compiled'),
    peers: [
      ...peer('tensorflow', 'Python tf.function', 1, 'keras_step.py', network, 'compiled'),
      ...peer('torch', 'PyTorch eager', 0.9, 'torch_step.py', network, 'eager'),
      ...peer('torch', 'torch.compile', 0.9, 'torch_step.py', network, 'compiled'),
    ],
    ...(fasterWithXla.has(network) && { also: { 'ours with jitCompile (XLA)': ours('step.ts', network, 'xla') } }),
  }));
  return [
    ...steps,
    {
      id: 'matmul',
      work: `the product of two matrices of 2048 x 2048, ${threads}`,
      unit: 'GFLOP/s',
      better: 'higher',
      ours: ours('matmul.ts'),
      peers: peer('tensorflow', 'Python tf.function', 0.95, 'matmul.py', 'tensorflow'),
      ...(torchProduct && { also: { PyTorch: torchProduct } }),
    },
    {
      id: 'eager-step',
      work: `one eager training step of ${networks.cnn}, SGD, ${threads}`,
      unit: 'ms',
      better: 'lower',
      ours: ours('step.ts', 'cnn', 'eager'),
      peers: peer('tensorflow', 'Python eager', 0.9, 'keras_step.py', 'cnn', 'eager'),
    },
    {
      id: 'eager-add',
      work: 'one eager addition of two tensors of 4 numbers',
      unit: 'µs',
      better: 'lower',
      ours: ours('eagerAdd.ts'),
      peers: peer('tensorflow', 'Python a + b', 0.7, 'eager_add.py'),
    },
    {
      id: 'start',
      work: `from the start of the process to the end of the first compiled step of ${networks.cnn}`,
      unit: 'ms',
      better: 'lower',
      ours: ours('step.ts', 'cnn', 'compiled', 'start'),
      peers: peer('tensorflow', 'Python tf.function', 0.6, 'keras_step.py', 'cnn', 'compiled', 'start'),
    },
    {
      id: 'memory',
      work: `largest resident size while training ${networks.cnn}, compiled`,
      unit: 'MiB',
      better: 'lower',
      ours: ours('step.ts', 'cnn', 'compiled', 'memory'),
      peers: peer('tensorflow', 'Python tf.function', 0.8, 'keras_step.py', 'cnn', 'compiled', 'memory'),
    },
    {
      id: 'two-workers',
      work: 'training the same CNN, batch 64 a worker, 2 workers of 1 thread',
      unit: 'samples/s',
      better: 'higher',
      ours: [workers(2)],
      peers: [{ name: 'one worker', target: 1.8, side: [workers(1)] }],
      also: { 'two workers that do not communicate': [workers(1), workers(1)] },
    },
  ];
}

/** The training through our own launcher. */
function workers(numWorkers: number): Command {
  const script = join(import.meta.dirname, 'cases/trainWorkers.ts');
  const options = ['--workers', String(numWorkers), '--threads-per-worker', '1'];
  const cli = join(import.meta.dirname, '../dist/cli/main.js');
  return { file: process.execPath, args: [cli, 'run', ...options, script] };
}

function typescript(folder: string, file: string, ...args: string[]): Command {
  return { file: process.execPath, args: ['--import', 'tsx', join(import.meta.dirname, folder, file), ...args] };
}
