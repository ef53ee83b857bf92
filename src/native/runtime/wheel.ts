/** Reads a wheel's file name and chooses, among many, the wheel whose libraries run on this machine. */

import type { Host } from './host.ts';

/** One file that an index or a folder offers. */
export interface WheelLink {
  readonly fileName: string;
  /** `https:`, `http:` or `file:`. */
  readonly url: string;
  /** In small letters; `undefined` where the index does not tell. */
  readonly sha256: string | undefined;
  readonly sizeBytes: number | undefined;
  readonly yanked: boolean;
}

/** A distribution's name as indexes compare it: `tensorflow_cpu` and `TensorFlow.CPU` are `tensorflow-cpu`. */
function normaliseName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/**
 * The best wheel of `distribution` in `version`: not yanked before yanked, the newest Python (which of them does not
 * matter, as Python is not used), a file on this machine before a download; `undefined` where none fits.
 */
export function chooseWheel(
  links: readonly WheelLink[],
  distribution: string,
  version: string,
  host: Host,
): WheelLink | undefined {
  const fitting = links.flatMap((link) => {
    const name = parseWheelName(link.fileName);
    const fits =
      name !== undefined &&
      normaliseName(name.distribution) === normaliseName(distribution) &&
      name.version === version &&
      name.platforms.some((platform) => platformFits(platform, host));
    return fits ? [{ link, python: name.python, local: link.url.startsWith('file:') }] : [];
  });
  fitting.sort(
    (a, b) => Number(a.link.yanked) - Number(b.link.yanked) || Number(b.local) - Number(a.local) || b.python - a.python,
  );
  return fitting[0]?.link;
}

interface WheelName {
  distribution: string;
  version: string;
  /** 313 for `cp313`. */
  python: number;
  platforms: string[];
}

/** Takes `{distribution}-{version}(-{build})-{python}-{abi}-{platform}.whl` apart. */
export function parseWheelName(fileName: string): WheelName | undefined {
  const match = /^([^-]+)-([^-]+)(?:-\d[^-]*)?-([^-]+)-([^-]+)-([^-]+)\.whl$/.exec(fileName);
  if (match === null) return undefined;
  const [, distribution = '', version = '', python = '', , platforms = ''] = match;
  const numbers = [...python.matchAll(/[a-z]+(\d+)/g)].map((found) => Number(found[1]));
  return { distribution, version, python: Math.max(0, ...numbers), platforms: platforms.split('.') };
}

const oldManylinux: Record<string, string> = { manylinux1: '2.5', manylinux2010: '2.12', manylinux2014: '2.17' };

/** Whether a library built for `tag`, for example `manylinux_2_27_x86_64`, loads on this machine. */
export function platformFits(tag: string, host: Host): boolean {
  if (host.platform === 'darwin') {
    const [, major, architecture] = /^macosx_(\d+)_\d+_(\w+)$/.exec(tag) ?? [];
    if (major === undefined || host.macos === undefined) return false;
    return Number(major) <= host.macos && (architecture === 'universal2' || architecture === macArchitecture(host));
  }
  const architecture = host.arch === 'arm64' ? 'aarch64' : 'x86_64';
  if (host.platform !== 'linux' || !tag.endsWith(`_${architecture}`)) return false;
  const kind = tag.slice(0, -architecture.length - 1);
  if (kind === 'linux') return true;
  const [, major, minor] = /^manylinux_(\d+)_(\d+)$/.exec(kind) ?? [];
  const needed = major === undefined ? oldManylinux[kind] : `${major}.${minor ?? ''}`;
  return needed !== undefined && host.glibc !== undefined && compareVersions(needed, host.glibc) <= 0;
}

function macArchitecture(host: Host): string {
  return host.arch === 'arm64' ? 'arm64' : 'x86_64';
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
