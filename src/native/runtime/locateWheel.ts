/** Asks the places that the user's pip knows for the wheel of TensorFlow that fits this machine. */

import { acceptHeader, linksInPage, linksOnDisk } from './indexPage.ts';
import { reason } from './download.ts';
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

/** The small one first; where it has no wheel (arm64), the other one is as small. */
const distributions = ['tensorflow-cpu', 'tensorflow'];

/**
 * @throws {EnvironmentError} `TFD_RUNTIME_UNAVAILABLE`, with what each place answered, where no place has a wheel that fits
 */
export async function locateWheel(
  version: string,
  host: Host,
  pip: PipConfig,
  client: HttpClient,
  signal?: AbortSignal,
): Promise<LocatedWheel> {
  const tried: string[] = [];
  let cause: unknown;

  async function linksAt(place: string, location: string): Promise<WheelLink[]> {
    try {
      const onDisk = linksOnDisk(location, host.workingDirectory);
      return onDisk ?? (await linksOnline(location, client, signal));
    } catch (error) {
      signal?.throwIfAborted();
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
  throw runtimeUnavailable([...new Set([...tried, missing])], cause);
}

async function linksOnline(url: string, client: HttpClient, signal: AbortSignal | undefined): Promise<WheelLink[]> {
  const response = await client.get(url, { accept: acceptHeader }, signal);
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`the server answered ${response.status} ${response.statusText}`.trim());
  }
  return linksInPage(await response.text(), response.headers.get('content-type') ?? '', response.url || url);
}
