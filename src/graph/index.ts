/** Compiled functions. */
export type { TracedOperation } from '../tensor/index.ts';
export { compile, type CompiledFunction, type FunctionOptions } from './compile.ts';
