/**
 * Runs a user's file with ES module syntax as an ES module, whatever the package.json above it says: `npm init` writes
 * "type": "commonjs", in which the TypeScript loader refuses `await` at top level, and which could not load this package.
 */
import { readFileSync } from 'node:fs';
import * as module from 'node:module';
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
  return isModule(fileURLToPath(resolved.url)) ? { ...resolved, format: 'module' } : resolved;
}

function isModule(path: string): boolean {
  const source = readFileSync(path, 'utf8');
  const hasModuleSyntax = /^\s*(import[\s{*'"]|export[\s{*])/m.test(source);
  const hasCommonJsNames = /\b(require\s*\(|module\.exports|__dirname|__filename)/.test(source);
  return hasModuleSyntax && !hasCommonJsNames;
}
