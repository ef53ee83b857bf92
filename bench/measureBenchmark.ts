/** Measures one benchmark: rounds of fresh processes in turn, ours and the peer, so that both see the same machine. */
import type { Benchmark, Side } from './benchmarks.ts';
import { median, type Sample } from './cases/measure.ts';
import type { Machine } from './machine.ts';
import { runCase } from './runCase.ts';

/** One object of the file that `--json` writes. Values are in `unit`; null where the peer was not measured. */
export interface Measurement {
  readonly id: string;
  readonly work: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  /** Median over the rounds. */
  readonly ours: number;
  readonly peer: number | null;
  readonly peerName: string;
  /** `ours` divided by `peer`. */
  readonly ratio: number | null;
  readonly target: number;
  readonly isReached: boolean | null;
  readonly rounds: number;
  /** Median over the rounds of what was measured as information. */
  readonly also: Readonly<Record<string, number>>;
  /** Every round's value: of `ours`, `peer`, and the names in `also`. */
  readonly values: Readonly<Record<string, readonly number[]>>;
  readonly machine: Machine;
}

export interface MeasureOptions {
  readonly numRounds: number;
  readonly machine: Machine;
  /** Called before each process starts. */
  readonly onProgress: (text: string) => void;
}

export async function measureBenchmark(
  benchmark: Benchmark,
  { numRounds, machine, onProgress }: MeasureOptions,
): Promise<Measurement> {
  const { id, work, unit, better, target, peerName } = benchmark;
  const sides = Object.entries({ ours: benchmark.ours, peer: benchmark.peer, ...benchmark.also });
  const measured = sides
    .filter(([, side]) => side.length > 0)
    .map(([name, side]) => ({ name, side, values: [0].slice(1) }));
  for (let round = 1; round <= numRounds; round++) {
    const samples: Sample[] = [];
    for (const { name, side, values } of measured) {
      onProgress(`${id}: round ${round} of ${numRounds}, ${name === 'peer' ? peerName : name}`);
      const parts = await runSide(side);
      values.push(parts.reduce((sum, { value }) => sum + value, 0));
      samples.push(...parts);
    }
    checkSameWork(id, samples);
  }
  const medians = Object.fromEntries(measured.map(({ name, values }) => [name, median(values)]));
  const { ours = NaN, peer = null, ...also } = medians;
  const ratio = peer === null ? null : ours / peer;
  return {
    ...{ id, work, unit, better, ours, peer, peerName, ratio, target },
    isReached: ratio === null ? null : better === 'lower' ? ratio <= target : ratio >= target,
    rounds: numRounds,
    also,
    values: Object.fromEntries(measured.map(({ name, values }) => [name, values])),
    machine,
  };
}

function runSide(side: Side): Promise<Sample[]> {
  return Promise.all(side.map(runCase));
}

/** Largest difference of two losses that still counts as the same training. */
const lossTolerance = 1e-3;

/** @throws Error where two sides did not train the same network in the same way. */
function checkSameWork(id: string, samples: readonly Sample[]): void {
  const [first, ...others] = samples.flatMap(({ proof }) => proof ?? []);
  for (const other of others) {
    const isSame =
      other.parameters === first?.parameters &&
      other.losses.length === first.losses.length &&
      other.losses.every((loss, step) => Math.abs(loss - (first.losses[step] ?? NaN)) <= lossTolerance);
    if (!isSame) {
      throw new Error(
        `${id}: the two sides do not do the same work.\n${JSON.stringify(first)}\n${JSON.stringify(other)}`,
      );
    }
  }
}
