/** Finds, loads and binds our C++ library of collectives; where it is missing, TensorFlow's own ring must do. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import koffi from 'koffi';
import { EnvironmentError, InternalError, UserError } from '../base/errors.ts';
import { collectives, collectivesAbiVersion, type CommunicatorId, type TfdMessage } from './bindings/collectives.ts';
import type { BoundTable } from './bindings/declare.ts';
import { loadForGood } from './loadForGood.ts';
import { library } from './library.ts';

/** The functions of `cc/tfd.h`, by their C name. */
export type CollectivesLibrary = BoundTable<typeof collectives>;

let loaded: CollectivesLibrary | undefined;

/**
 * Path of the library for this platform, or `undefined` where there is none.
 * `TFJS_DISTRIBUTE_COLLECTIVES` names another file; the value `none` means to do without.
 *
 * @throws UserError `TFD_COLLECTIVES_PATH` where the variable names a file that is not there.
 */
export function findCollectivesLibrary(): string | undefined {
  const named = process.env['TFJS_DISTRIBUTE_COLLECTIVES'];
  if (named === 'none') return undefined;
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named;
    throw new UserError({
      code: 'TFD_COLLECTIVES_PATH',
      rule: 'TFJS_DISTRIBUTE_COLLECTIVES must name a file, or be `none`.',
      received: named,
      remedy: 'Correct the path, or remove the variable to use the library of the package.',
    });
  }
  // `../..` is the root of the package from src/native as from dist/native.
  const place = `../../prebuilt/${process.platform}-${process.arch}/libtfd_collectives.so`;
  const prebuilt = fileURLToPath(new URL(place, import.meta.url));
  return existsSync(prebuilt) ? prebuilt : undefined;
}

/**
 * The loaded library, its ops registered with TensorFlow; `undefined` where `findCollectivesLibrary` finds none.
 * The first call loads it, and TensorFlow before it.
 *
 * @throws EnvironmentError `TFD_COLLECTIVES_LOAD` where the file cannot be used.
 */
export function collectivesLibrary(): CollectivesLibrary | undefined {
  if (loaded !== undefined) return loaded;
  const path = findCollectivesLibrary();
  return path === undefined ? undefined : (loaded = load(path));
}

/** What native calls on other threads read at this moment: koffi keeps their callbacks alive, and not the memory. */
const inUse = new Set<Uint8Array>();

/**
 * Connects a communicator to all other ranks, off the event loop.
 *
 * @param addresses - What `tfd_communicator_addresses` gave on every rank, in the order of the ranks.
 */
export function connectCommunicator(id: CommunicatorId, addresses: Uint8Array): Promise<TfdMessage> {
  const native = collectivesLibrary();
  if (native === undefined) throw new InternalError('A communicator exists without its library.');
  const own = Uint8Array.from(addresses);
  inUse.add(own);
  return new Promise<TfdMessage>((resolve, reject) => {
    native.tfd_communicator_connect.async(id, own, own.length, (error, message) => {
      inUse.delete(own);
      if (error === null) resolve(message);
      else reject(error);
    });
  });
}

function load(path: string): CollectivesLibrary {
  library(); // whose functions the collectives call
  try {
    const handle = loadForGood(path);
    koffi.disposable('tfd_message', 'str'); // koffi copies the text and frees the message
    const bound = Object.fromEntries(
      Object.entries(collectives).map(([name, signature]) => [name, handle.func(signature)]),
    ) as unknown as CollectivesLibrary;
    const version = bound.tfd_abi_version();
    if (version !== collectivesAbiVersion) throw new Error(`its version is ${version}, not ${collectivesAbiVersion}`);
    const failure = bound.tfd_register_ops();
    if (failure !== null) throw new Error(failure);
    return bound;
  } catch (cause) {
    throw new EnvironmentError({
      code: 'TFD_COLLECTIVES_LOAD',
      rule: `The library of collectives at ${path} cannot be used: ${(cause as Error).message}`,
      remedy:
        'Build it anew with `npm run build:collectives`, or set TFJS_DISTRIBUTE_COLLECTIVES=none to use the slower ring of TensorFlow.',
      cause,
    });
  }
}
