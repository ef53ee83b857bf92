/** Brings a worker to the rendezvous of its job, and holds it where no supervisor does. */
import { networkInterfaces } from 'node:os';
import { UserError } from '../../base/errors.ts';
import type { ClusterWorker, WorkerIdentity } from '../workerIdentity.ts';
import { connectRendezvous } from './connectRendezvous.ts';
import { hostRendezvous, type HostRendezvousOptions } from './hostRendezvous.ts';
import type { RendezvousStore } from './rendezvousStore.ts';

export interface JoinRendezvousOptions extends HostRendezvousOptions {
  /** How long to wait for the rendezvous, in milliseconds; default 60,000. */
  readonly timeoutMs?: number;
}

/** A worker's place at the rendezvous. */
export interface Joined {
  readonly store: RendezvousStore;
  /** The address of this machine that the other workers reach. */
  readonly address: string;
  /** Leaves; rank 0 also ends the rendezvous that it holds. Safe to call twice. */
  readonly close: () => Promise<void>;
}

/**
 * Joins the others. Where no supervisor holds the rendezvous, rank 0 does: it listens on all addresses of its machine,
 * or on the loopback interface alone where all workers are on one machine.
 *
 * @throws UserError `TFD_NO_RENDEZVOUS` when the cluster does not say where to meet, `TFD_RENDEZVOUS_REFUSED` when this
 * worker's rank or cluster does not fit the others'
 * @throws EnvironmentError `TFD_PORT_IN_USE`, `TFD_RENDEZVOUS_LISTEN`, `TFD_RENDEZVOUS_UNREACHABLE`
 */
export async function joinRendezvous(worker: WorkerIdentity, options: JoinRendezvousOptions = {}): Promise<Joined> {
  if (!hasRendezvous(worker)) throw noRendezvous(worker);
  const { rendezvous, rank, worldSize, addresses, isSelfHosted } = worker;
  const hosts = isSelfHosted === true && rank === 0;
  const server = hosts ? await hostRendezvous(worker, options) : undefined;
  try {
    const store = await connectRendezvous({
      ...rendezvous,
      ...(hosts ? { host: '127.0.0.1' } : {}),
      ...{ rank, worldSize },
      ...(addresses === undefined ? {} : { addresses }),
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    });
    const close = async () => {
      store.close();
      await server?.close();
    };
    return { store, address: ownAddress(worker, store), close };
  } catch (error) {
    await server?.close();
    throw error;
  }
}

/** `TFJS_DISTRIBUTE_ADDRESS`, or the address by which this machine reaches the rendezvous. */
function ownAddress({ worldSize, localWorldSize }: WorkerIdentity, { localAddress }: RendezvousStore): string {
  const given = process.env['TFJS_DISTRIBUTE_ADDRESS'];
  if (given !== undefined && given !== '') return given;
  const address = localAddress.replace(/^::ffff:/, '');
  const isLoopback = address === '::1' || address.startsWith('127.');
  if (!isLoopback) return address;
  if (worldSize === localWorldSize) return '127.0.0.1';
  // The rendezvous is on this machine, and others are not.
  const outward = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  return outward.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.1';
}

function hasRendezvous(worker: WorkerIdentity): worker is ClusterWorker {
  return worker.rendezvous !== undefined;
}

function noRendezvous({ worldSize }: WorkerIdentity): UserError {
  return new UserError({
    code: 'TFD_NO_RENDEZVOUS',
    rule: 'Several workers need a place to meet.',
    received: `${worldSize} workers, and no address of a rendezvous`,
    remedy:
      'Set TFJS_DISTRIBUTE_RENDEZVOUS=host:port, with the address of rank 0 and a free port there, the same for all ' +
      'workers; or start them by `npx tfjs-distribute run --workers N script.ts`.',
  });
}
