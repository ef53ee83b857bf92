/** Tells whether TF.js's own code runs: one of its operations, or its way back over the tape of a gradient. */
import { engine } from '@tensorflow/tfjs-core';
/** How TF.js marks the scopes of its operations. */
const operationSuffix = '__op';
/** TF.js's names of the scope of a gradient's way back, and of scopes without a name. */
const [backward, unnamed] = ['backward', 'unnamed scope'];
const userCode = 'user code';
/** The outermost scope of TF.js's own code in force; undefined in the user's code. */
export function coreScope() {
    const { scopeStack } = engine().state;
    let outermost;
    for (let index = scopeStack.length - 1; index >= 0; index--) {
        const scope = scopeStack[index];
        if (scope.name === backward)
            return scope;
        if (scope.name.endsWith(operationSuffix))
            outermost = scope;
        else if (scope.name !== unnamed)
            break;
    }
    return outermost;
}
/** Whether `scope` is that of a call of the operation `name` by the user. */
export function isCallOf(name, scope) {
    return scope?.name === `${name}${operationSuffix}`;
}
/** Runs `fn` as code of TF.js. */
export function asCore(name, fn) {
    return inScope(`${name}${operationSuffix}`, fn);
}
/** Runs `fn`, which TF.js calls, as the user's code. */
export function asUser(fn) {
    return inScope(userCode, fn);
}
function inScope(name, fn) {
    const tracker = engine();
    tracker.startScope(name);
    let result;
    try {
        return (result = fn());
    }
    finally {
        tracker.endScope(result);
    }
}
//# sourceMappingURL=coreScope.js.map