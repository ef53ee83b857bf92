/** Brings the workers together over the best transport that is there. */
import type { Communicator, GroupOptions } from './communicator.ts';
import { findCollectivesLibrary } from '../native/index.ts';
import { formGloo } from './gloo.ts';

/** Which transport carries the collectives: `auto` takes Gloo where its library is there, else TensorFlow's ring. */
export type Communication = 'auto' | 'gloo' | 'tensorflow';

/** Forms the group that `options` describe. Every rank must ask for the same `communication`. */
export async function formGroup(communication: Communication, options: GroupOptions): Promise<Communicator> {
  const transport = communication === 'auto' ? await agreeOnTransport(options) : communication;
  if (transport === 'gloo') return formGloo(options);
  const { formRing } = await import('./ring.ts');
  return formRing(options);
}

/** Gloo if every rank has it. */
async function agreeOnTransport(options: GroupOptions): Promise<'gloo' | 'tensorflow'> {
  const own = findCollectivesLibrary() === undefined ? 'tensorflow' : 'gloo';
  const all = (await options.exchange('transport', Buffer.from(own))).map((name) => Buffer.from(name).toString());
  const without = all.flatMap((name, rank) => (name === 'gloo' ? [] : [rank]));
  if (without.length === 0) return 'gloo';
  if (options.rank === 0) {
    process.stderr.write(
      `tfjs-distribute: rank ${without.join(', ')} has no library of collectives for ${process.platform}-${process.arch}, ` +
        "so gradients travel over TensorFlow's own ring, which is several times slower. " +
        'Build the library with `npm run build:collectives` (it needs cmake and a C++ compiler).\n',
    );
  }
  return 'tensorflow';
}
