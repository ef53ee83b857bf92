/** Which versions of TensorFlow this library works with. */

import { UserError } from '../../base/errors.ts';

/** The version that is fetched where none is found. `TFJS_DISTRIBUTE_TF_VERSION` overrides it. */
export const pinnedVersion = '2.21.0';

const oldestMinor = 18;
const newestMinor = 21;

/** In words, for messages: `2.18 to 2.21`. */
export const supportedRange = `2.${oldestMinor} to 2.${newestMinor}`;

/** `true` for `2.18.0` to `2.21.x`, release candidates of these included. */
export function isSupportedVersion(version: string): boolean {
  const minor = /^2\.(\d+)(?:\.|$)/.exec(version)?.[1];
  return minor !== undefined && Number(minor) >= oldestMinor && Number(minor) <= newestMinor;
}

/**
 * Throws `TFD_LIBRARY_VERSION` where `version` is not supported.
 * @param where what has this version, for the message: a path, or the name of a variable
 */
export function assertSupportedVersion(version: string, where?: string): void {
  if (isSupportedVersion(version)) return;
  throw new UserError({
    code: 'TFD_LIBRARY_VERSION',
    rule: `The TensorFlow library must have a version from ${supportedRange}.`,
    received: where === undefined ? version : `${version} (${where})`,
    remedy:
      `Install tensorflow-cpu ${pinnedVersion} in the Python environment, point TFJS_DISTRIBUTE_LIBRARY at a library ` +
      'of a supported version, or unset TFJS_DISTRIBUTE_LIBRARY and TFJS_DISTRIBUTE_TF_VERSION and let one be fetched.',
  });
}
