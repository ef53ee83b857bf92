/** Brings the workers together over the best transport that is there. */
import { UserError } from '../base/errors.ts';
import type { Communicator, GroupOptions, Transport } from './communicator.ts';
import { findCollectivesLibrary } from '../native/index.ts';
import { formGloo } from './gloo.ts';

/**
 * Which transport carries the collectives. `auto` takes `shared-memory` where all workers are on one machine and can
 * share memory, else `gloo` where its library is there, else `ring`.
 */
export type Communication = 'auto' | Transport;

const choices: readonly Communication[] = ['auto', 'shared-memory', 'gloo', 'ring'];

/** @throws UserError `TFD_COMMUNICATION` where `communication` is none of the choices. */
export function assertCommunication(communication: string): asserts communication is Communication {
  if ((choices as readonly string[]).includes(communication)) return;
  throw new UserError({
    code: 'TFD_COMMUNICATION',
    rule: `communication must be one of ${choices.map((choice) => `'${choice}'`).join(', ')}.`,
    received: `'${communication}'`,
    remedy: "Leave it out for 'auto', which takes the fastest that all workers have.",
  });
}

/**
 * Forms the group that `options` describe. Every rank must ask for the same `communication`.
 *
 * @throws UserError `TFD_COLLECTIVES_MISSING` or `TFD_SHARED_MEMORY` where the transport that was asked for is not there.
 */
export async function formGroup(communication: Communication, options: GroupOptions): Promise<Communicator> {
  const transport = communication === 'auto' ? await agreeOnTransport(options) : communication;
  if (transport !== 'ring') return formGloo(options, transport);
  const { formRing } = await import('./ring.ts');
  return formRing(options);
}

/** The library of collectives if every rank has it; memory or sockets is decided there. */
async function agreeOnTransport(options: GroupOptions): Promise<'auto' | 'ring'> {
  const own = findCollectivesLibrary() === undefined ? 'ring' : 'gloo';
  const all = (await options.exchange('transport', Buffer.from(own))).map((name) => Buffer.from(name).toString());
  const without = all.flatMap((name, rank) => (name === 'gloo' ? [] : [rank]));
  if (without.length === 0) return 'auto';
  if (options.rank === 0) {
    process.stderr.write(
      `tfjs-distribute: rank ${without.join(', ')} has no library of collectives for ${process.platform}-${process.arch}, ` +
        "so gradients travel over TensorFlow's own ring, which is several times slower. " +
        'Build the library with `npm run build:collectives` (it needs cmake and a C++ compiler).\n',
    );
  }
  return 'ring';
}
