/** Measures one benchmark: rounds of fresh processes in turn, ours and the peers, so that all see the same machine. */
import type { Benchmark, Side } from './benchmarks.ts';
import { median, type Sample } from './cases/measure.ts';
import type { Machine } from './machine.ts';
import { runCase } from './runCase.ts';

/** One object of the file that `--json` writes. Values are in `unit`. */
export interface Measurement {
  readonly id: string;
  readonly work: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  /** Median over the rounds. */
  readonly ours: number;
  /** Those that were measured. */
  readonly peers: readonly PeerMeasurement[];
  readonly rounds: number;
  /** Median over the rounds of what was measured as information. */
  readonly also: Readonly<Record<string, number>>;
  /** Every round's value: of `ours`, and by the names of the peers and in `also`. */
  readonly values: Readonly<Record<string, readonly number[]>>;
  readonly machine: Machine;
}

export interface PeerMeasurement {
  readonly name: string;
  /** Median over the rounds. */
  readonly value: number;
  /** `ours` divided by `value`. */
  readonly ratio: number;
  readonly target: number;
  readonly isReached: boolean;
}

export interface MeasureOptions {
  readonly numRounds: number;
  readonly machine: Machine;
  /** Called before each process starts. */
  readonly onProgress: (text: string) => void;
}

export async function measureBenchmark(
  { id, work, unit, better, ours, peers, also = {} }: Benchmark,
  { numRounds, machine, onProgress }: MeasureOptions,
): Promise<Measurement> {
  const sides = { ours, ...Object.fromEntries(peers.map(({ name, side }) => [name, side])), ...also };
  const values = Object.fromEntries(Object.keys(sides).map((name) => [name, [0].slice(1)]));
  for (let round = 1; round <= numRounds; round++) {
    const samples: Sample[] = [];
    for (const [name, side] of Object.entries<Side>(sides)) {
      onProgress(`${id}: round ${round} of ${numRounds}, ${name}`);
      const parts = await Promise.all(side.map(runCase));
      values[name]?.push(parts.reduce((sum, { value }) => sum + value, 0));
      samples.push(...parts);
    }
    checkSameWork(id, samples);
  }
  const medianOf = (name: string): number => median(values[name] ?? []);
  const oursMedian = medianOf('ours');
  return {
    ...{ id, work, unit, better },
    ours: oursMedian,
    peers: peers.map(({ name, target }) => {
      const ratio = oursMedian / medianOf(name);
      const isReached = better === 'lower' ? ratio <= target : ratio >= target;
      return { name, value: medianOf(name), ratio, target, isReached };
    }),
    rounds: numRounds,
    also: Object.fromEntries(Object.keys(also).map((name) => [name, medianOf(name)])),
    values,
    machine,
  };
}

/**
 * Largest difference of two losses that still counts as the same training: of the first, and of later ones, to which
 * rounding adds up (0.0013 after 20 steps of ResNet-20).
 */
const lossTolerances = { first: 1e-5, later: 5e-3 };

/** @throws Error where two sides did not train the same network in the same way. */
function checkSameWork(id: string, samples: readonly Sample[]): void {
  const [first, ...others] = samples.flatMap(({ proof }) => proof ?? []);
  for (const other of others) {
    const isSame =
      other.parameters === first?.parameters &&
      other.losses.length === first.losses.length &&
      other.losses.every(
        (loss, step) => Math.abs(loss - (first.losses[step] ?? NaN)) <= lossTolerances[step === 0 ? 'first' : 'later'],
      );
    if (!isSame) {
      throw new Error(`${id}: the sides do not do the same work.\n${JSON.stringify(first)}\n${JSON.stringify(other)}`);
    }
  }
}
