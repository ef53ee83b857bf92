/** The networks by name. */
import { cnn } from './cnn.ts';
import { lstm } from './lstm.ts';
import { mlp } from './mlp.ts';
import type { Network } from './network.ts';
import { resnet20 } from './resnet20.ts';
import { transformer } from './transformer.ts';

export * from './network.ts';

const networks: Readonly<Record<string, () => Network>> = { mlp, cnn, resnet20, lstm, transformer };

/** @throws Error where there is no network `name`. */
export function makeNetwork(name = ''): Network {
  const make = networks[name];
  if (make === undefined)
    throw new Error(`There is no network ${name}; there are ${Object.keys(networks).join(', ')}.`);
  return make();
}
