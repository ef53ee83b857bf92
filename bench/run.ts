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
import { findPython, makePython } from './python.ts';
import { table } from './table.ts';

const usage = `Usage: npm run bench -- [options]

  --json FILE     write the measurements as JSON
  --peers         make the Python environment of the peers where there is none (fetches TensorFlow, 250 MB)
  --python PATH   use this Python interpreter for the peers; it must have TensorFlow
  --rounds N      rounds of each benchmark, ours and the peer in turn (default 5)
  --only ID       one benchmark: cnn-step, eager-add or two-workers
  --threads N     threads of TensorFlow in cnn-step, on both sides (default: all cores)
  --help          this text`;

class UsageError extends Error {}

interface Options {
  readonly json?: string;
  readonly peers?: boolean;
  readonly python?: string;
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
  const python = options.python ?? (options.peers === true ? makePython() : findPython());
  const all = benchmarks({ python, ...threads });
  const chosen = all.filter(({ id }) => options.only === undefined || id === options.only);
  if (chosen.length === 0) throw new UsageError(`There is no benchmark ${options.only ?? ''}.`);

  const runtime = await ensureRuntime();
  const machine = describeMachine(runtime.version);
  const warning = loadWarning(machine);
  if (warning !== undefined) console.error(warning);
  const measurements: Measurement[] = [];
  for (const benchmark of chosen) {
    measurements.push(await measureBenchmark(benchmark, { numRounds, machine, onProgress }));
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(measurements, null, 2)}\n`);
  }
  console.log(`\n${table(measurements)}`);
  if (python === undefined && chosen.some(({ peer }) => peer.length === 0)) {
    console.log('The Python peers were not measured: add --peers to make their environment once, or --python PATH.');
  }
}

function parse(): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      options: { json: text, peers: flag, python: text, rounds: text, only: text, threads: text, help: flag },
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
