/** Binds functions of TensorFlow that only C++ knows; another version of TensorFlow may lack them. */
import koffi from 'koffi';
import { EnvironmentError } from '../base/errors.ts';
import { reasonOf } from '../base/reasonOf.ts';
import type { BoundTable } from './bindings/declare.ts';
import { library } from './library.ts';

/**
 * The functions of `table`, by their name in the library, which is loaded for them.
 *
 * @param what - What they are for, for the message.
 * @throws EnvironmentError `TFD_CXX_MISSING` where the library has not all of them.
 */
export function bindCxx<T extends Record<string, string>>(what: string, table: T): BoundTable<T> {
  const version = library().TF_Version();
  const everything = koffi.load(null);
  try {
    const bound = Object.entries(table).map(([name, signature]) => [name, everything.func(signature)] as const);
    return Object.fromEntries(bound) as unknown as BoundTable<T>;
  } catch (cause) {
    throw new EnvironmentError({
      code: 'TFD_CXX_MISSING',
      rule: `TensorFlow ${version} does not have what ${what} needs of it.`,
      received: reasonOf(cause),
      remedy: 'Use the version that this package fetches by itself: unset TFJS_DISTRIBUTE_LIBRARY.',
      cause,
    });
  }
}
