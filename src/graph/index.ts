/** Compiled functions. */
export { compile, type CompiledFunction, type FunctionOptions } from './compile.ts';
