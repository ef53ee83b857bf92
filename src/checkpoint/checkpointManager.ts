/** Keeps a directory of numbered checkpoints: the newest ones stay, older ones go. */
import { join } from 'node:path';
import { removeCheckpoint } from './checkpointFiles.ts';
import { latestCheckpoint, readState, writeState } from './checkpointState.ts';
import type { Json } from './manifest.ts';
import type { RestoredCheckpoint } from './restoreCheckpoint.ts';

/** What a manager saves and restores. */
export interface Saveable {
  write(prefix: string, options?: { readonly metadata?: Json }): Promise<unknown>;
  restore(prefixOrDirectory: string): Promise<RestoredCheckpoint>;
}

export interface CheckpointManagerOptions {
  /** Where the checkpoints lie; made where it does not exist. */
  readonly directory: string;
  /** Number of checkpoints that stay. Default 5; `Infinity` for all. */
  readonly maxToKeep?: number;
  /** First part of the files' names, before a hyphen and the number. Default `ckpt`. */
  readonly checkpointName?: string;
}

/** As `tf.train.CheckpointManager`. One process may write to a directory at a time: of several workers, the first. */
export class CheckpointManager {
  readonly directory: string;
  readonly maxToKeep: number;
  readonly #checkpoint: Saveable;
  readonly #name: string;
  /** Saves run one after the other. */
  #lastSave: Promise<unknown> = Promise.resolve();

  constructor(checkpoint: Saveable, { directory, maxToKeep = 5, checkpointName = 'ckpt' }: CheckpointManagerOptions) {
    this.directory = directory;
    this.maxToKeep = maxToKeep;
    this.#checkpoint = checkpoint;
    this.#name = checkpointName;
  }

  /** The checkpoints that are there, the newest last, as paths without `.index`. */
  get checkpoints(): string[] {
    return readState(this.directory).map(({ prefix }) => prefix);
  }

  /** The newest one, or undefined where there is none yet. */
  get latestCheckpoint(): string | undefined {
    return latestCheckpoint(this.directory);
  }

  /**
   * Writes the next checkpoint, and removes those beyond `maxToKeep`.
   *
   * @param options.metadata - Plain values to keep beside the tensors, for example the epoch.
   * @returns Its path without `.index`.
   * @throws EnvironmentError `TFD_CHECKPOINT_WRITE`
   */
  save(options: { readonly metadata?: Json } = {}): Promise<string> {
    const saved = this.#lastSave.then(() => this.#save(options));
    this.#lastSave = saved.catch(() => undefined);
    return saved;
  }

  /** Restores the newest checkpoint, where there is one; else everything stays as it is. */
  async restoreOrInitialize(): Promise<RestoredCheckpoint | undefined> {
    const latest = this.latestCheckpoint;
    return latest === undefined ? undefined : this.#checkpoint.restore(latest);
  }

  async #save(options: { readonly metadata?: Json }): Promise<string> {
    const known = readState(this.directory);
    const numbers = known.map(({ prefix }) => Number(/-(\d+)$/.exec(prefix)?.[1] ?? 0));
    const prefix = join(this.directory, `${this.#name}-${Math.max(0, ...numbers) + 1}`);
    await this.#checkpoint.write(prefix, options);
    const all = [...known, { prefix, timestampSeconds: Date.now() / 1000 }];
    const numSurplus = Math.max(0, all.length - this.maxToKeep);
    await writeState(this.directory, all.slice(numSurplus));
    for (const old of all.slice(0, numSurplus)) await removeCheckpoint(old.prefix);
    return prefix;
  }
}
