/** Asks the places that the user's pip knows for the wheel of TensorFlow that fits this machine. */

import { setTimeout as sleep } from 'node:timers/promises';
import { DistributeError } from '../../base/errors.ts';
import { RefusedError, answerError, isUnreachable, reason } from './answer.ts';
import { acceptHeader, linksInPage, linksOnDisk } from './indexPage.ts';
import { runtimeUnavailable } from './fetchErrors.ts';
import type { Host } from './host.ts';
import { withoutPassword } from './httpClient.ts';
import type { HttpClient } from './httpClient.ts';
import type { PipConfig } from './pipConfig.ts';
import { chooseWheel } from './wheel.ts';
import type { WheelLink } from './wheel.ts';

export interface LocatedWheel extends WheelLink {
  readonly distribution: string;
}

export interface LocateOptions {
  client: HttpClient;
  /** Wait before asking a failing server again, in ms. */
  backOffMs: number;
  signal: AbortSignal | undefined;
}

/** The small one first; where it has no wheel (arm64), the other one is as small. */
const distributions = ['tensorflow-cpu', 'tensorflow'];

/**
 * @throws {EnvironmentError} `TFD_RUNTIME_UNAVAILABLE`, with what each place answered, where no place has a wheel that fits
 */
export async function locateWheel(
  version: string,
  host: Host,
  pip: PipConfig,
  options: LocateOptions,
): Promise<LocatedWheel> {
  const tried: string[] = [];
  let cause: unknown;
  const answered = new Set<string>();

  async function linksAt(place: string, location: string): Promise<WheelLink[]> {
    try {
      const onDisk = linksOnDisk(location, host.workingDirectory);
      const links = onDisk ?? (await linksOnline(location, options));
      answered.add(place);
      return links;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof DistributeError) throw error;
      cause ??= error;
      tried.push(`${withoutPassword(place)}: ${reason(error)}`);
      return [];
    }
  }

  // Folders on this machine and pages with links hold both packages; an index has a page for each.
  const shared = (await Promise.all(pip.findLinks.map((place) => linksAt(place, place)))).flat();
  for (const distribution of distributions) {
    const local = chooseWheel(shared, distribution, version, host);
    if (local?.url.startsWith('file:')) return { ...local, distribution };
    const pages = pip.indexUrls.map((index) => linksAt(index, `${index.replace(/\/+$/, '')}/${distribution}/`));
    const wheel = chooseWheel([...shared, ...(await Promise.all(pages)).flat()], distribution, version, host);
    if (wheel !== undefined) return { ...wheel, distribution };
  }
  const places = [...pip.indexUrls, ...pip.findLinks].map(withoutPassword).join(', ');
  const machine = `${host.platform} ${host.arch}${host.glibc === undefined ? '' : `, glibc ${host.glibc}`}`;
  const missing = `no wheel of tensorflow-cpu ${version} for ${machine} in ${places || 'any place (pip has no-index set)'}`;
  // Where no place could be asked at all, nothing is known about what it holds.
  const known = answered.size > 0 || tried.length === 0 ? [missing] : [];
  throw runtimeUnavailable([...new Set([...tried, ...known])], cause);
}

/** A page is asked for three times, where the server is there but failing. */
async function linksOnline(url: string, { client, backOffMs, signal }: LocateOptions): Promise<WheelLink[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await client.get(url, { accept: acceptHeader }, signal);
      const body = await response.text();
      if (!response.ok) throw answerError(response);
      return linksInPage(body, response.headers.get('content-type') ?? '', response.url || url);
    } catch (error) {
      const final = error instanceof RefusedError || error instanceof DistributeError || isUnreachable(error);
      if (final || attempt === 3) throw error;
      await sleep(backOffMs * attempt, undefined, signal && { signal });
    }
  }
}
