/** Fetches one file over HTTP: streamed to disk, resumed where it broke off, tried again a bounded number of times. */

import fs from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Response } from 'undici';
import { RefusedError, answerError, reason } from './answer.ts';
import { runtimeUnavailable } from './fetchErrors.ts';
import { fileSize } from './files.ts';
import { withoutPassword } from './httpClient.ts';
import type { HttpClient } from './httpClient.ts';

export interface DownloadOptions {
  client: HttpClient;
  /** Where the index says how long the file is, in bytes. */
  sizeBytes: number | undefined;
  signal: AbortSignal | undefined;
  /** Wait before the second attempt in ms; doubled before each further one. */
  backOffMs: number;
  /** Attempts that bring no new byte, before giving up. */
  maxAttempts: number;
  onProgress: (doneBytes: number, totalBytes: number | undefined) => void;
}

/** A server that breaks off after each few bytes is not followed for ever. */
const maxBreaks = 50;

/** Writes `url` to `file`, going on behind the bytes that the file holds already. */
export async function download(url: string, file: string, options: DownloadOptions): Promise<void> {
  const { signal, backOffMs, maxAttempts } = options;
  let furthest = fileSize(file) ?? 0;
  let fruitless = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      await attemptDownload(url, file, options);
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (isOfFileSystem(error)) throw error;
      const reached = fileSize(file) ?? 0;
      fruitless = reached > furthest ? 1 : fruitless + 1;
      furthest = Math.max(furthest, reached);
      if (error instanceof RefusedError || fruitless >= maxAttempts || attempt >= maxBreaks) {
        const attempts = attempt === 1 ? '' : ` (${attempt} attempts)`;
        throw runtimeUnavailable([`${withoutPassword(url)}: ${reason(error)}${attempts}`], error);
      }
      await sleep(backOffMs * 2 ** (fruitless - 1), undefined, signal && { signal });
    }
  }
}

async function attemptDownload(url: string, file: string, options: DownloadOptions): Promise<void> {
  const { client, sizeBytes, signal, onProgress } = options;
  const present = fileSize(file) ?? 0;
  if (sizeBytes !== undefined && present === sizeBytes) return;
  const range = present > 0 && (sizeBytes === undefined || present < sizeBytes) ? { range: `bytes=${present}-` } : {};
  // A compressed answer could not be resumed.
  const response = await client.get(url, { 'accept-encoding': 'identity', ...range }, signal);
  const start = startOf(response, present);
  if (start === undefined) {
    await response.body?.cancel();
    await fs.rm(file, { force: true });
    throw new Error(`the server could not go on behind byte ${present}`);
  }
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  const total = sizeBytes ?? (Number.isNaN(length) ? undefined : start + length);
  const handle = await fs.open(file, start === 0 ? 'w' : 'a');
  let done = start;
  try {
    onProgress(done, total);
    for await (const chunk of response.body ?? []) {
      await handle.writeFile(chunk as Uint8Array);
      done += (chunk as Uint8Array).byteLength;
      onProgress(done, total);
    }
  } finally {
    await handle.close();
  }
  if (total !== undefined && done < total) throw new Error(`the answer ended after ${done} of ${total} bytes`);
}

/** Where the answer's bytes belong in the file; `undefined` where they do not follow what is there. */
function startOf(response: Response, present: number): number | undefined {
  const { status } = response;
  if (status === 200) return 0;
  const [, first] = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '') ?? [];
  if (status === 206 && Number(first) === present) return present;
  if (status === 206 || status === 416) return undefined;
  void response.body?.cancel();
  throw answerError(response);
}

function isOfFileSystem(error: unknown): boolean {
  const { syscall, code } = error as NodeJS.ErrnoException;
  return syscall === 'open' || syscall === 'write' || code === 'ENOSPC' || code === 'EDQUOT';
}
