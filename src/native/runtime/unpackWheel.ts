/** Takes the libraries, the C headers and the licences out of a wheel, each checked against the wheel's own list. */

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import yauzl from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';

/** What a wheel of TensorFlow holds for us; the Python part, most of its files, stays inside. */
const wanted = [
  /^tensorflow\/libtensorflow_(cc|framework)\.[^/]+$/,
  // Libraries that the two need beside them, for example OpenMP on Linux arm64.
  /^tensorflow(_[^/]+)?\.libs\/[^/]+$/,
  /^tensorflow\/\.dylibs\/[^/]+$/,
  // The C headers, and the few that these include.
  /^tensorflow\/include\/tensorflow\/c\/.+\.h$/,
  /^tensorflow\/include\/(xla\/tsl\/c|tensorflow\/core\/common_runtime\/next_pluggable_device\/c)\/[^/]+\.h$/,
  /^tensorflow\/include\/tensorflow\/core\/platform\/ctstring[^/]*\.h$/,
  /^tensorflow\/include\/tsl\/platform\/(ctstring[^/]*|platform)\.h$/,
  /^tensorflow\/(THIRD_PARTY_NOTICES\.txt|include\/LICENSE)$/,
  /^[^/]+\.dist-info\/(METADATA|WHEEL|RECORD|licenses\/.+|LICENSE[^/]*|NOTICE[^/]*)$/,
];

export interface Unpacked {
  /** Size in bytes of each file, by its path inside the wheel. */
  files: Record<string, number>;
}

/** The wheel is damaged, or is not a wheel of TensorFlow. */
export class DamagedWheelError extends Error {}

/**
 * Unpacks into `directory`, which must exist.
 * @param onProgress told how many bytes of how many are written
 * @throws {DamagedWheelError} where the wheel cannot be read or a file in it is not what the wheel's list says
 */
export async function unpackWheel(
  wheel: string,
  directory: string,
  onProgress: (doneBytes: number, totalBytes: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<Unpacked> {
  const zip = await damagedAs(yauzl.openPromise(wheel, { lazyEntries: true, autoClose: false }));
  try {
    const entries = await damagedAs(listEntries(zip));
    const digests = await damagedAs(readRecord(zip, entries));
    const total = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
    const files: Record<string, number> = {};
    let done = 0;
    for (const entry of entries) {
      const target = path.join(directory, entry.fileName);
      await fs.mkdir(path.dirname(target), { recursive: true });
      await unpackEntry(
        zip,
        entry,
        target,
        digests.get(entry.fileName),
        (bytes) => onProgress((done += bytes), total),
        signal,
      );
      files[entry.fileName] = entry.uncompressedSize;
    }
    return { files };
  } finally {
    zip.close();
  }
}

async function listEntries(zip: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) {
    if (wanted.some((pattern) => pattern.test(entry.fileName))) entries.push(entry);
  }
  return entries;
}

/** `RECORD` has a line for each file: path, `sha256=` with the digest in URL-safe base64, size. */
async function readRecord(zip: ZipFile, entries: readonly Entry[]): Promise<Map<string, string>> {
  const record = entries.find((entry) => entry.fileName.endsWith('.dist-info/RECORD'));
  if (record === undefined) throw new DamagedWheelError('it has no list of its files (RECORD)');
  const lines = (await text(await zip.openReadStreamPromise(record))).split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [, file, digest] = /^"?(.+?)"?,sha256=([\w-]+)=*,\d*\s*$/.exec(line) ?? [];
      return file === undefined || digest === undefined ? [] : [[file, digest] as const];
    }),
  );
}

async function unpackEntry(
  zip: ZipFile,
  entry: Entry,
  target: string,
  digest: string | undefined,
  onBytes: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const hash = createHash('sha256');
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      hash.update(chunk);
      onBytes(chunk.byteLength);
      next(null, chunk);
    },
  });
  const source = await damagedAs(zip.openReadStreamPromise(entry));
  // Flushed to the disk, so that not even a power cut leaves a finished entry with an empty library.
  const sink = createWriteStream(target, { mode: 0o644, flush: true });
  await damagedAs(pipeline(source, meter, sink, { ...(signal && { signal }) }));
  if (digest !== undefined && hash.digest('base64url') !== digest) {
    throw new DamagedWheelError(`${entry.fileName} is not what the wheel's list says`);
  }
}

/** Errors of reading a damaged archive have no error code of the system; those of writing to the disk do. */
async function damagedAs<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { syscall, name } = error as NodeJS.ErrnoException;
    if (error instanceof DamagedWheelError || syscall !== undefined || name === 'AbortError') throw error;
    throw new DamagedWheelError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
