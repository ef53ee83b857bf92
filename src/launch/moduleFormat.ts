/**
 * Runs a user's file with ES module syntax as an ES module where no package.json says what it is, as Node does for
 * JavaScript. The TypeScript loader alone takes it for CommonJS, in which `await` at top level is an error.
 */
import { readFileSync } from 'node:fs';
import * as module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The hook for Node 20, which runs it on a thread of its own. */
export const resolve: module.ResolveHook = async (specifier, context, next) =>
  withFormat(await next(specifier, context));

/** Newer Node: the same hook, without a thread. The types of Node 20 do not have it. */
const { registerHooks } = module as unknown as {
  registerHooks?: (hooks: {
    resolve: (
      specifier: string,
      context: module.ResolveHookContext,
      next: (specifier: string, context: module.ResolveHookContext) => module.ResolveFnOutput,
    ) => module.ResolveFnOutput;
  }) => void;
};

/** Must be called after the TypeScript loader was registered, and before the script is loaded. */
export function detectModules(): void {
  if (registerHooks === undefined) module.register(import.meta.url);
  else registerHooks({ resolve: (specifier, context, next) => withFormat(next(specifier, context)) });
}

function withFormat<Resolved extends { readonly url: string; format?: string | null | undefined }>(
  resolved: Resolved,
): Resolved {
  if (resolved.format !== 'commonjs' || !/^file:(?!.*\/node_modules\/).*\.[jt]sx?$/.test(resolved.url)) return resolved;
  return isUndeclaredModule(fileURLToPath(resolved.url)) ? { ...resolved, format: 'module' } : resolved;
}

function isUndeclaredModule(path: string): boolean {
  const source = readFileSync(path, 'utf8');
  const hasModuleSyntax = /^\s*(import[\s{*'"]|export[\s{*])/m.test(source);
  const hasCommonJsNames = /\b(require\s*\(|module\.exports|__dirname|__filename)/.test(source);
  return hasModuleSyntax && !hasCommonJsNames && declaredType(path) === undefined;
}

/** The `type` of the nearest package.json above a file. */
function declaredType(path: string): unknown {
  let folder = path;
  while (folder !== dirname(folder)) {
    folder = dirname(folder);
    try {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { type?: unknown };
      return manifest.type;
    } catch {
      // None here: look further up.
    }
  }
  return undefined;
}
