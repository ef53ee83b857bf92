/** Starts and supervises the workers of one machine. */
export { launch } from './launch.ts';
export type { LaunchOptions } from './launchOptions.ts';
