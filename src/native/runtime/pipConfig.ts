/** Reads the parts of the user's pip configuration that say where packages come from, by pip's own rules. */

import path from 'node:path';
import { isDirectory, readText } from './files.ts';
import type { Host } from './host.ts';
import { parseIni } from './ini.ts';
import { pythonPrefix } from './pythonSites.ts';

export interface PipConfig {
  /** The index and the extra ones, in order; empty with `no-index`. */
  readonly indexUrls: readonly string[];
  /** Folders, files or URLs of pages with links to wheels. */
  readonly findLinks: readonly string[];
  /** For every request, whatever `NO_PROXY` says, as with pip. */
  readonly proxy: string | undefined;
  /** File with the certificates to trust instead of the system's. */
  readonly certificates: string | undefined;
  /** File with the client's certificate and key. */
  readonly clientCertificate: string | undefined;
  /** `host` or `host:port` whose certificate is not checked. */
  readonly trustedHosts: readonly string[];
  readonly timeoutMs: number | undefined;
}

/** pip's built-in default. */
const defaultIndex = 'https://pypi.org/simple';

/** Later ones win. `install` is last, since what it reaches is what the user sees working. */
const sectionOrder = ['global', 'download', 'install'];

export function readPipConfig(host: Host, files: readonly string[] = pipConfigFiles(host)): PipConfig {
  const options = readOptions(host, files);
  const words = (name: string): string[] => (options.get(name) ?? '').split(/\s+/).filter(Boolean);
  const noIndex = /^(1|y|yes|t|true|on)$/i.test(options.get('no-index') ?? '');
  const [index = defaultIndex] = words('index-url');
  const timeout = Number(options.get('timeout') ?? options.get('default-timeout') ?? Number.NaN);
  return {
    indexUrls: noIndex ? [] : [index, ...words('extra-index-url')],
    findLinks: words('find-links').map((link) => link.replace(/^~(?=\/)/, host.home)),
    proxy: options.get('proxy') || undefined,
    certificates: options.get('cert') || host.env['REQUESTS_CA_BUNDLE'] || host.env['CURL_CA_BUNDLE'] || undefined,
    clientCertificate: options.get('client-cert') || undefined,
    trustedHosts: words('trusted-host'),
    timeoutMs: Number.isFinite(timeout) && timeout > 0 ? timeout * 1000 : undefined,
  };
}

/** Where pip looks on this platform, the strongest last: global, user, environment, `PIP_CONFIG_FILE`. */
export function pipConfigFiles(host: Host): string[] {
  const { env, home } = host;
  const named = env['PIP_CONFIG_FILE'];
  if (named === '/dev/null') return [];
  const mac = host.platform === 'darwin';
  const configHome = env['XDG_CONFIG_HOME'] || path.join(home, '.config');
  const macHome = path.join(home, 'Library/Application Support/pip');
  const global = mac
    ? ['/Library/Application Support/pip/pip.conf']
    : [
        ...(env['XDG_CONFIG_DIRS'] || '/etc/xdg').split(':').map((dir) => path.join(dir, 'pip/pip.conf')),
        '/etc/pip.conf',
      ];
  const user = [
    path.join(home, '.pip/pip.conf'),
    path.join(mac && isDirectory(macHome) ? macHome : path.join(configHome, 'pip'), 'pip.conf'),
  ];
  const prefix = pythonPrefix(host);
  return [
    ...global,
    // A file that PIP_CONFIG_FILE names replaces the user's, as in pip.
    ...(named !== undefined && readText(named) !== undefined ? [] : user),
    ...(prefix === undefined ? [] : [path.join(prefix, 'pip.conf')]),
    ...(named === undefined ? [] : [named]),
  ];
}

/** Options by pip's long names: sections in pip's order, each from all files, and the environment above them. */
function readOptions(host: Host, files: readonly string[]): Map<string, string> {
  const parsed = files.map((file) => parseIni(readText(file) ?? ''));
  const options = new Map<string, string>();
  for (const section of sectionOrder) {
    for (const file of parsed) {
      for (const [name, value] of file.get(section) ?? []) options.set(normalise(name), value);
    }
  }
  for (const [name, value] of Object.entries(host.env)) {
    if (name.startsWith('PIP_') && value) options.set(normalise(name.slice('PIP_'.length)), value);
  }
  return options;
}

function normalise(name: string): string {
  return name.toLowerCase().replaceAll('_', '-').replace(/^--/, '');
}
