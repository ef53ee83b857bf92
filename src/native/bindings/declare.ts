/** One table a C header: each entry holds the C signature as the header spells it, and the TypeScript type beside it. */

declare const shape: unique symbol;

/** A C signature that carries the TypeScript type of the function it declares. */
export type Signature<F> = string & { readonly [shape]?: F };

/** A bound C function: call it, or run it on a libuv thread with `async`. */
export type Bound<F> = F extends (...args: infer A) => infer R
  ? F & { async(...args: [...A, (error: Error | null, result: R) => void]): void }
  : never;

/** The functions of a table, by name. */
export type BoundTable<T> = { readonly [K in keyof T]: T[K] extends Signature<infer F> ? Bound<F> : never };

/** Declares one C function; `test/signatures.test.ts` compares the signature with TensorFlow's headers. */
export function c<F>(signature: string): Signature<F> {
  return signature;
}
