/** The facts about this machine on which the search and the fetch depend, as one value that a test can replace. */

import os from 'node:os';

export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** As Node names it: `x64`, `arm64`. */
  readonly arch: string;
  readonly home: string;
  readonly workingDirectory: string;
  /** Version of glibc, for example `2.36`; `undefined` where the C library is another one. */
  readonly glibc: string | undefined;
  /** Major version of macOS, for example 15; `undefined` elsewhere. */
  readonly macos: number | undefined;
}

/** The machine and the environment that this process runs in. */
export function thisHost(): Host {
  return {
    env: process.env,
    platform: process.platform,
    arch: process.arch,
    home: os.homedir(),
    workingDirectory: process.cwd(),
    // Getters, because the report of Node takes some milliseconds and the quick search needs neither.
    get glibc() {
      return glibcVersion();
    },
    get macos() {
      return process.platform === 'darwin' ? macosVersion(os.release()) : undefined;
    },
  };
}

function glibcVersion(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  // Node would look up the name of each network interface for its report, which can take seconds.
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean };
  const before = report.excludeNetwork;
  report.excludeNetwork = true;
  const { header } = report.getReport() as { header: { glibcVersionRuntime?: string } };
  if (before !== undefined) report.excludeNetwork = before;
  return header.glibcVersionRuntime;
}

/** Darwin 20 is macOS 11, and so on to 24 and macOS 15; Darwin 25 is macOS 26. */
export function macosVersion(darwinRelease: string): number {
  const darwin = Number.parseInt(darwinRelease, 10);
  return darwin >= 25 ? darwin + 1 : darwin - 9;
}
