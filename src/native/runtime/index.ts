/** Finds TensorFlow's library on this machine, or fetches it once. Loads nothing. */

export { cacheDirectory, wantedVersion } from './cache.ts';
export { ensureRuntime } from './ensureRuntime.ts';
export { findRuntime, searchRuntime } from './findRuntime.ts';
export type { Search } from './findRuntime.ts';
export { thisHost } from './host.ts';
export type { Host } from './host.ts';
export type { Runtime } from './Runtime.ts';
export { assertSupportedVersion, isSupportedVersion, pinnedVersion, supportedRange } from './version.ts';
