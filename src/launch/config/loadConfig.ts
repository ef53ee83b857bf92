/** Finds, reads and checks a `tfjs-distribute.config` file. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '../../base/errors.ts';
import { configSchema, type LaunchConfig } from './configSchema.ts';

const extensions = ['.ts', '.mts', '.js', '.mjs', '.json', '.yaml', '.yml'];
const name = 'tfjs-distribute.config';

/**
 * Reads the file, or the one of that name in the folder; `{}` where neither is given. `script` becomes absolute.
 *
 * @throws UserError `TFD_CONFIG_FILE` when the file cannot be read, `TFD_CONFIG_FIELD` when a field in it is wrong
 */
export async function loadConfig(file?: string, folder: string = process.cwd()): Promise<LaunchConfig> {
  const path = file === undefined ? findConfig(folder) : resolve(folder, file);
  if (path === undefined) return {};
  const { script, ...config } = checkConfig(await readConfig(path), path);
  return script === undefined ? config : { ...config, script: resolve(dirname(path), script) };
}

/** Checks what a file held. `path` is for the message. */
export function checkConfig(value: unknown, path: string): LaunchConfig {
  const result = configSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const place = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])];
  const rule = unknown === undefined ? (issue?.message ?? 'is wrong') : 'is not a field of a config file';
  const field = place.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  throw new UserError({
    code: 'TFD_CONFIG_FIELD',
    rule: `${field === '' ? 'The config' : `The field ${field.replace(/^\./, '')}`} ${rule} (in ${path}).`,
    received: shown(place.reduce<unknown>(entry, value)),
    remedy:
      unknown === undefined
        ? 'Correct it in the file; docs/clusters.md explains each field.'
        : `Remove it, or write one of: ${Object.keys(configSchema.shape).join(', ')}.`,
  });
}

function findConfig(folder: string): string | undefined {
  const found = extensions.map((extension) => join(folder, `${name}${extension}`)).filter((path) => existsSync(path));
  if (found.length < 2) return found[0];
  throw fileError('A folder may have one config file.', found.join(', '), 'Remove the others, or choose by --config.');
}

async function readConfig(path: string): Promise<unknown> {
  if (!extensions.includes(extname(path))) {
    throw fileError(`A config file must end in ${extensions.join(', ')}.`, path, 'Give it one of these endings.');
  }
  try {
    return await readers[extname(path)]?.(path);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw fileError(`The config file ${path} could not be read.`, message, 'Correct the file, or the path.', cause);
  }
}

const readModule = async (path: string): Promise<unknown> => {
  const { tsImport } = await import('tsx/esm/api');
  let module = (await tsImport(pathToFileURL(path).href, import.meta.url)) as { default?: unknown };
  // A CommonJS file with the same syntax has its exports one level deeper.
  if (isModule(module.default)) module = module.default;
  if (module.default === undefined)
    throw new Error('it must have a default export: export default defineConfig({ … })');
  return module.default;
};
const readJson = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'));
const readYaml = async (path: string): Promise<unknown> => {
  const { parse } = await import('yaml');
  return parse(await readFile(path, 'utf8')) as unknown;
};
const readers: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  ...{ '.ts': readModule, '.mts': readModule, '.js': readModule, '.mjs': readModule },
  ...{ '.json': readJson, '.yaml': readYaml, '.yml': readYaml },
};

function isModule(value: unknown): value is { default?: unknown } {
  return typeof value === 'object' && value !== null && '__esModule' in value;
}

function entry(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function fileError(rule: string, received: string, remedy: string, cause?: unknown): UserError {
  return new UserError({ code: 'TFD_CONFIG_FILE', rule, received, remedy, cause });
}
