/** The machine that the measurements ran on. */
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly os: string;
  readonly node: string;
  /** Version of TensorFlow's library on our side. */
  readonly tensorflow: string;
  /** Runnable threads of all programs, averaged over the last minute before the start. */
  readonly loadBefore: number;
}

export function describeMachine(tensorflow: string | undefined): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    os: `${type()} ${release()}`,
    node: process.version,
    tensorflow: tensorflow ?? 'unknown',
    loadBefore: loadavg()[0] ?? 0,
  };
}

/** A sentence for the reader where other programs use the machine: figures then say little. */
export function loadWarning({ loadBefore, cores }: Machine): string | undefined {
  if (loadBefore < cores / 4) return undefined;
  return (
    `Other programs use this machine (load ${loadBefore.toFixed(1)} on ${cores} cores): ` +
    'the times, and to a lesser degree the ratios, will be off.'
  );
}
