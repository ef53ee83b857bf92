/** Reads the version of an installed TensorFlow from the `dist-info` folder that lies beside the package. */

import { realpathSync } from 'node:fs';
import path from 'node:path';
import { listNames, readText } from './files.ts';

const namePattern = /^tensorflow(?:[_-](?:cpu|gpu|intel|macos|rocm|cpu_aws|aarch64))?-(\d[^-]*)\.dist-info$/i;

/**
 * The version of the library in `directory`, which is the folder of the Python package `tensorflow` or any other one
 * with the two libraries; `undefined` where nothing tells.
 */
export function installedVersion(directory: string, ccLibrary: string): string | undefined {
  const site = path.dirname(directory);
  const found = listNames(site).filter((name) => namePattern.test(name));
  // An interrupted upgrade leaves two; the one whose list of files names the library is the true one.
  const owner = found.length > 1 ? found.find((name) => listsLibrary(path.join(site, name), directory)) : found[0];
  const version = owner === undefined ? undefined : namePattern.exec(owner)?.[1];
  return version ?? versionInFileName(ccLibrary);
}

function listsLibrary(distInfo: string, directory: string): boolean {
  const record = readText(path.join(distInfo, 'RECORD')) ?? '';
  return record.includes(`${path.basename(directory)}/libtensorflow_cc.`);
}

/** A library that was built from source is a link to a file with the whole version in its name. */
function versionInFileName(ccLibrary: string): string | undefined {
  return /libtensorflow_cc\.(?:so\.)?(\d+\.\d+\.\d+)/.exec(path.basename(realpathSync(ccLibrary)))?.[1];
}
