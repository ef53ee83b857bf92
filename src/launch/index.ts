/** Starts and supervises the workers of one machine. */
export { launch } from './launch.ts';
export type { LaunchOptions } from './launchOptions.ts';
export { defineConfig } from './config/defineConfig.ts';
export type { LaunchConfig } from './config/configSchema.ts';
