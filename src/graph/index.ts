/** Compiled functions. */
export type { TracedOperation } from '../tensor/index.ts';
export { compile, type CompiledFunction, type FunctionOptions } from './compile.ts';
export { cond } from './cond.ts';
export { whileLoop, type NextState, type WhileOptions } from './whileLoop.ts';
