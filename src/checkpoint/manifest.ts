/** The list of a checkpoint's tensors, which is an entry of the checkpoint itself: TensorFlow gives no list. */
import { existsSync } from 'node:fs';
import { DistributeError } from '../base/errors.ts';
import { eagerExecutor, toHostArray, type DTypeName, type EagerTensor } from '../tensor/index.ts';
import { corrupt, missingCheckpoint } from './errors.ts';
import { text, texts } from './texts.ts';

/** A value that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Dtype and shape of a tensor. */
export interface Entry {
  readonly dtype: DTypeName;
  readonly shape: readonly number[];
}

/** What a checkpoint holds. */
export interface Manifest {
  readonly entries: Readonly<Record<string, Entry>>;
  /** What the writer added, for example the epoch. */
  readonly metadata?: Json;
}

/** Name of the entry. */
export const manifestName = '_MANIFEST';

/**
 * What the checkpoint `prefix` holds, or undefined where another program has written it.
 *
 * @throws UserError `TFD_CHECKPOINT_MISSING`; EnvironmentError `TFD_CHECKPOINT_CORRUPT`
 */
export function readManifest(prefix: string): Manifest | undefined {
  if (!existsSync(`${prefix}.index`)) throw missingCheckpoint(prefix);
  const inputs = [text(prefix), texts([manifestName]), texts([''])] as EagerTensor[];
  let manifest: EagerTensor | undefined;
  try {
    [manifest] = eagerExecutor().execute('RestoreV2', inputs, { dtypes: { types: ['string'] } });
    const [json] = toHostArray(manifest as EagerTensor) as readonly Uint8Array[];
    return JSON.parse(Buffer.from(json as Uint8Array).toString()) as Manifest;
  } catch (error) {
    if (isMissingEntry(error)) return undefined;
    throw corrupt(prefix, error);
  } finally {
    for (const tensor of [...inputs, manifest]) tensor?.dispose();
  }
}

/** Whether TensorFlow says that a checkpoint has no tensor of a name, and not that it has no such file. */
export function isMissingEntry(error: unknown): error is DistributeError {
  return error instanceof DistributeError && / not found in checkpoint/.test(error.message);
}
