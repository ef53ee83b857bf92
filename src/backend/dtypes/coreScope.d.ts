/** A scope of TF.js's memory management. */
export interface Scope {
    readonly name: string;
}
/** The outermost scope of TF.js's own code in force; undefined in the user's code. */
export declare function coreScope(): Scope | undefined;
/** Whether `scope` is that of a call of the operation `name` by the user. */
export declare function isCallOf(name: string, scope: Scope | undefined): boolean;
/** Runs `fn` as code of TF.js. */
export declare function asCore<T>(name: string, fn: () => T): T;
/** Runs `fn`, which TF.js calls, as the user's code. */
export declare function asUser<T>(fn: () => T): T;
