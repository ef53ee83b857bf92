/** Takes a `.keras` file apart: a zip archive with the model's configuration and its weights. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { z } from 'zod';
import { DistributeError } from '../../base/errors.ts';
import { unreadable } from './errors.ts';

/** An object of Keras as JSON. */
export const kerasObject = z.looseObject({ class_name: z.string(), config: z.record(z.string(), z.unknown()) });
export type KerasObject = z.infer<typeof kerasObject>;

/** What a `.keras` file holds. */
export interface KerasArchive {
  /** The model with all of its layers. */
  readonly model: KerasObject;
  /** Path of the weights, a HDF5 file that exists while `use` runs. */
  readonly weightsFile: string;
}

/**
 * Unpacks `path` for as long as `use` runs.
 *
 * @throws UserError `TFD_KERAS_FILE`
 */
export async function withArchive<T>(path: string, use: (archive: KerasArchive) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'tfjs-distribute-keras-'));
  try {
    const weightsFile = join(folder, 'model.weights.h5');
    const model = await unpack(path, weightsFile).catch((error: unknown) => {
      if (error instanceof DistributeError) throw error;
      throw unreadable(path, error instanceof Error ? error.message : String(error), error);
    });
    return await use({ model, weightsFile });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function unpack(path: string, weightsFile: string): Promise<KerasObject> {
  const zip = await yauzl.openPromise(path, { lazyEntries: true, autoClose: false });
  try {
    const entries = new Map<string, Entry>();
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
    const config = await openEntry(zip, entries, 'config.json', path);
    const model = kerasObject.parse(JSON.parse(await text(config)));
    const weights = await openEntry(zip, entries, 'model.weights.h5', path);
    await pipeline(weights, createWriteStream(weightsFile, { flags: 'wx' }));
    return model;
  } finally {
    zip.close();
  }
}

async function openEntry(
  zip: ZipFile,
  entries: ReadonlyMap<string, Entry>,
  name: string,
  path: string,
): Promise<NodeJS.ReadableStream> {
  const entry = entries.get(name);
  if (entry === undefined) throw unreadable(path, `an archive without ${name}`);
  return zip.openReadStreamPromise(entry);
}
