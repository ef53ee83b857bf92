/** Gives a config file written in TypeScript or JavaScript its types. */
import type { LaunchConfig } from './configSchema.ts';

/**
 * Returns the config as it is: `export default defineConfig({ script: 'train.ts', workers: 2 })`. It is checked when
 * the launcher reads the file.
 */
export function defineConfig(config: LaunchConfig): LaunchConfig {
  return config;
}
