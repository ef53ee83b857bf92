/** Tells whether TF.js's own code runs: one of its operations, or its way back over the tape of a gradient. */
import { engine } from '@tensorflow/tfjs-core';

/** A scope of TF.js's memory management. */
export interface Scope {
  readonly name: string;
}

/** How TF.js marks the scopes of its operations. */
const operationSuffix = '__op';
/** TF.js's names of the scope of a gradient's way back, and of scopes without a name. */
const [backward, unnamed] = ['backward', 'unnamed scope'];
const userCode = 'user code';

/** The outermost scope of TF.js's own code in force; undefined in the user's code. */
export function coreScope(): Scope | undefined {
  const { scopeStack } = engine().state as unknown as { scopeStack: readonly Scope[] };
  let outermost: Scope | undefined;
  for (let index = scopeStack.length - 1; index >= 0; index--) {
    const scope = scopeStack[index] as Scope;
    if (scope.name === backward) return scope;
    if (scope.name.endsWith(operationSuffix)) outermost = scope;
    else if (scope.name !== unnamed) break;
  }
  return outermost;
}

/** Whether `scope` is that of a call of the operation `name` by the user. */
export function isCallOf(name: string, scope: Scope | undefined): boolean {
  return scope?.name === `${name}${operationSuffix}`;
}

/** Runs `fn` as code of TF.js. */
export function asCore<T>(name: string, fn: () => T): T {
  return inScope(`${name}${operationSuffix}`, fn);
}

/** Runs `fn`, which TF.js calls, as the user's code. */
export function asUser<T>(fn: () => T): T {
  return inScope(userCode, fn);
}

function inScope<T>(name: string, fn: () => T): T {
  const tracker = engine();
  tracker.startScope(name);
  let result: T | undefined;
  try {
    return (result = fn());
  } finally {
    tracker.endScope(result as never);
  }
}
