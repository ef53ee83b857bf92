/** Reads a checkpoint in TensorFlow's format into variables. */
import { DistributeError } from '../base/errors.ts';
import { executor, type EagerTensor, type ResourceVariable } from '../tensor/index.ts';
import { latestCheckpoint } from './checkpointState.ts';
import { corrupt, mismatch, missingEntries } from './errors.ts';
import { isMissingEntry, readManifest, type Entry, type Json } from './manifest.ts';
import { runOnce } from './runOnce.ts';
import { text, texts } from './texts.ts';

/** What is read from a checkpoint. */
export interface RestoreTargets {
  /** The variables to fill, by the names that the checkpoint gives them. Other tensors in it are left out. */
  readonly tensors: Readonly<Record<string, ResourceVariable>>;
}

/** A checkpoint that was read. */
export interface RestoredCheckpoint {
  /** Path of its files, without `.index`. */
  readonly prefix: string;
  /** What was saved beside the tensors. */
  readonly metadata: Json | undefined;
}

/**
 * Fills variables from a checkpoint: all of them, or none where something is wrong. Await the training steps first.
 *
 * @param prefixOrDirectory - Path of the files without `.index`, or a directory, for the newest one in it.
 * @throws UserError `TFD_CHECKPOINT_MISSING`, `TFD_CHECKPOINT_ENTRY_MISSING`, `TFD_CHECKPOINT_MISMATCH`;
 *   EnvironmentError `TFD_CHECKPOINT_CORRUPT`
 */
export async function restoreCheckpoint(
  prefixOrDirectory: string,
  { tensors }: RestoreTargets,
): Promise<RestoredCheckpoint> {
  const prefix = latestCheckpoint(prefixOrDirectory) ?? prefixOrDirectory;
  const manifest = readManifest(prefix);
  if (manifest !== undefined) checkEntries(prefix, manifest.entries, tensors);
  const values = await read(prefix, tensors);
  try {
    const found = Object.keys(tensors).map((name, index) => [name, values[index] as EagerTensor] as const);
    checkEntries(prefix, Object.fromEntries(found), tensors);
    for (const [name, value] of found) tensors[name]?.assign(value);
  } finally {
    for (const value of values) value.dispose();
  }
  return { prefix, metadata: manifest?.metadata };
}

async function read(prefix: string, tensors: RestoreTargets['tensors']): Promise<EagerTensor[]> {
  const names = Object.keys(tensors);
  if (names.length === 0) return [];
  const dtypes = { types: Object.values(tensors).map(({ dtype }) => dtype) };
  try {
    return await runOnce('restore', () =>
      executor().execute('RestoreV2', [text(prefix), texts(names), texts(names.map(() => ''))], { dtypes }),
    );
  } catch (error) {
    if (isMissingEntry(error)) throw missingEntries(prefix, [error.rule], error);
    if (error instanceof DistributeError && error.code === 'TFD_OP_INVALID_ARGUMENT') {
      throw mismatch(prefix, [error.rule], error);
    }
    throw corrupt(prefix, error);
  }
}

function checkEntries(
  prefix: string,
  entries: Readonly<Record<string, Entry>>,
  wanted: Readonly<Record<string, Entry>>,
): void {
  const missing = Object.keys(wanted).filter((name) => entries[name] === undefined);
  if (missing.length > 0) throw missingEntries(prefix, missing);
  const differences = Object.entries(wanted).flatMap(([name, variable]) => {
    const entry = entries[name] ?? variable;
    const isSame = entry.dtype === variable.dtype && entry.shape.join() === variable.shape.join();
    return isSame ? [] : [`${name} is ${describe(entry)} in the checkpoint, and ${describe(variable)} here`];
  });
  if (differences.length > 0) throw mismatch(prefix, differences);
}

function describe({ dtype, shape }: Entry): string {
  return `${dtype} of shape [${shape.join(', ')}]`;
}
