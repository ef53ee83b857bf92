/**
 * `npm run bench`: measures this package and its peers side by side, prints a table, and writes the figures as JSON.
 * Every measurement is a process of its own; this one only starts them.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ensureRuntime } from '../src/native/runtime/index.ts';
import { benchmarks } from './benchmarks.ts';
import { describeMachine, loadWarning } from './machine.ts';
import { measureBenchmark, type Measurement } from './measureBenchmark.ts';
import { findPython, makePython, peerKinds, type PeerKind } from './peerPython.ts';
import { table } from './table.ts';

const usage = `Usage: npm run bench -- [options]

  --json FILE     write the measurements as JSON
  --peers         make the Python environments of the peers where there are none (TensorFlow 250 MB, PyTorch 1 GB)
  --python PATH   use this Python interpreter for TensorFlow's side
  --torch PATH    use this Python interpreter for PyTorch's side
  --rounds N      rounds of each benchmark, ours and the peers in turn (default 5)
  --only ID       one benchmark, for example cnn-step; more of them with commas between
  --threads N     threads of each side, except in two-workers (default: all cores)
  --help          this text`;

class UsageError extends Error {}

interface Options {
  readonly json?: string;
  readonly peers?: boolean;
  readonly python?: string;
  readonly torch?: string;
  readonly rounds?: string;
  readonly only?: string;
  readonly threads?: string;
  readonly help?: boolean;
}

async function main(): Promise<void> {
  const options = parse();
  if (options.help === true) {
    console.log(usage);
    return;
  }
  const numRounds = wholeNumber('--rounds', options.rounds ?? '5');
  const threads = options.threads === undefined ? {} : { numThreads: wholeNumber('--threads', options.threads) };
  const pythons = findPythons(options);
  const all = benchmarks({ pythons, ...threads });
  const ids = options.only?.split(',') ?? all.map(({ id }) => id);
  const unknown = ids.find((wanted) => all.every(({ id }) => id !== wanted));
  if (unknown !== undefined)
    throw new UsageError(`There is no benchmark ${unknown}; there are ${all.map(({ id }) => id).join(', ')}.`);

  const runtime = await ensureRuntime();
  const machine = describeMachine(runtime.version);
  const warning = loadWarning(machine);
  if (warning !== undefined) console.error(warning);
  const measurements: Measurement[] = [];
  for (const benchmark of all.filter(({ id }) => ids.includes(id))) {
    measurements.push(await measureBenchmark(benchmark, { numRounds, machine, onProgress }));
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(measurements, null, 2)}\n`);
  }
  console.log(`\n${table(measurements)}`);
  if (peerKinds.some((kind) => pythons[kind] === undefined)) {
    console.log('Some peers were not measured: add --peers to make their environments once.');
  }
}

function findPythons({ python, torch, peers }: Options): Partial<Record<PeerKind, string>> {
  const given = { tensorflow: python, torch };
  const found = peerKinds.map((kind) => [kind, given[kind] ?? (peers === true ? makePython(kind) : findPython(kind))]);
  return Object.fromEntries(found) as Partial<Record<PeerKind, string>>;
}

function parse(): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      options: {
        json: text,
        peers: flag,
        python: text,
        torch: text,
        rounds: text,
        only: text,
        threads: text,
        help: flag,
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new UsageError(`${option} takes a whole number from 1; received ${text}.`);
  return number;
}

function onProgress(text: string): void {
  console.error(text);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
