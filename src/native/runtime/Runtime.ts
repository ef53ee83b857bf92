/** What one TensorFlow library on disk is, and whether a folder holds one. */

import path from 'node:path';
import { isFile } from './files.ts';

export interface Runtime {
  /** The folder that holds both libraries. */
  directory: string;
  /** Path of `libtensorflow_cc`. */
  ccLibrary: string;
  /** Path of `libtensorflow_framework`, which must be loaded first. */
  frameworkLibrary: string;
  /** For example `2.21.0`; `undefined` where nothing beside the library tells, then the loaded library is asked. */
  version: string | undefined;
  source: 'environment' | 'python' | 'cache' | 'downloaded';
}

/** The names of the two libraries on a platform, in the order in which they must be loaded. */
export function libraryNames(platform: NodeJS.Platform): { framework: string; cc: string } {
  return platform === 'darwin'
    ? { framework: 'libtensorflow_framework.2.dylib', cc: 'libtensorflow_cc.2.dylib' }
    : { framework: 'libtensorflow_framework.so.2', cc: 'libtensorflow_cc.so.2' };
}

/** The paths of both libraries in `directory`, or `undefined` where one is not there. */
export function librariesIn(
  directory: string,
  platform: NodeJS.Platform,
): Pick<Runtime, 'directory' | 'ccLibrary' | 'frameworkLibrary'> | undefined {
  const names = libraryNames(platform);
  const ccLibrary = path.join(directory, names.cc);
  const frameworkLibrary = path.join(directory, names.framework);
  return isFile(ccLibrary) && isFile(frameworkLibrary) ? { directory, ccLibrary, frameworkLibrary } : undefined;
}
