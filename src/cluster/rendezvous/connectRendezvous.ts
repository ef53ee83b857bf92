/** Connects a worker to the rendezvous server of its job. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError, UserError } from '../../base/errors.ts';
import type { RendezvousAddress } from '../workerIdentity.ts';
import { serverMessage, type WorkerMessage } from './messages.ts';
import { readMessages, sendMessage } from './messageSocket.ts';
import { RendezvousStore } from './rendezvousStore.ts';

export interface ConnectRendezvousOptions extends RendezvousAddress {
  readonly rank: number;
  /** Workers see only the keys of their own generation; default 0. */
  readonly generation?: number;
  /** How long to try, in milliseconds; default 60,000. A server that is not there yet is tried again and again. */
  readonly timeoutMs?: number;
  /** Number of workers that this one counts; refused where the others count another number. */
  readonly worldSize?: number;
  /** The workers' addresses by rank, where this one knows them; refused where the others know other ones. */
  readonly addresses?: readonly string[];
}

const firstPauseMs = 50;
const longestPauseMs = 1000;
/** A connection that was begun before the network was up may never come to be: a new one is tried. */
const longestAttemptMs = 10_000;

/**
 * Connects, and waits until the server has accepted this worker.
 *
 * @throws UserError `TFD_RENDEZVOUS_REFUSED` when the server does not accept the token, the rank or the cluster
 * @throws EnvironmentError `TFD_RENDEZVOUS_UNREACHABLE` when no server answered in time
 */
export async function connectRendezvous(options: ConnectRendezvousOptions): Promise<RendezvousStore> {
  const deadlineMs = Date.now() + (options.timeoutMs ?? 60_000);
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await connectOnce(options, Math.min(longestAttemptMs, Math.max(1, deadlineMs - Date.now())));
    } catch (error) {
      if (error instanceof UserError) throw error;
      if (Date.now() + pauseMs >= deadlineMs) throw unreachable(options, error);
      await sleep(pauseMs);
    }
  }
}

async function connectOnce(options: ConnectRendezvousOptions, timeoutMs: number): Promise<RendezvousStore> {
  const { host, port, token, rank, generation = 0, worldSize, addresses } = options;
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 });
  try {
    return await new Promise<RendezvousStore>((resolve, reject) => {
      let store: RendezvousStore | undefined;
      rejectOnFailure(socket, timeoutMs, reject);
      readMessages(socket, serverMessage, {
        onMessage: (message) => {
          if (store !== undefined) store.receive(message);
          else if (message.op === 'refused') reject(refused(message.reason, options));
          else {
            socket.setTimeout(0);
            store = new RendezvousStore(socket, rank);
            resolve(store);
          }
        },
        onMalformed: (reason) => {
          reject(refused(`what answers there is not a rendezvous server: ${reason}`, options));
        },
      });
      socket.once('connect', () => {
        const believed = { worldSize, addresses: addresses && [...addresses] };
        sendMessage(socket, { op: 'hello', token, rank, generation, ...believed } satisfies WorkerMessage);
      });
    });
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function rejectOnFailure(socket: Socket, timeoutMs: number, reject: (error: Error) => void): void {
  socket.on('error', reject);
  socket.once('close', () => {
    reject(new Error('the connection was closed before the server answered'));
  });
  socket.setTimeout(timeoutMs, () => {
    reject(new Error(`no answer for ${timeoutMs} ms`));
  });
}

function refused(reason: string, { host, port, rank }: ConnectRendezvousOptions): UserError {
  return new UserError({
    code: 'TFD_RENDEZVOUS_REFUSED',
    rule: `The rendezvous server at ${host}:${port} refused this worker (rank ${rank}).`,
    received: reason,
    remedy:
      'Give each worker of a job its own rank, and all of them the same cluster, address and token; ' +
      '`npx tfjs-distribute run` does so on one machine.',
  });
}

function unreachable({ host, port, timeoutMs = 60_000 }: ConnectRendezvousOptions, cause: unknown): EnvironmentError {
  return new EnvironmentError({
    code: 'TFD_RENDEZVOUS_UNREACHABLE',
    rule: `The rendezvous server at ${host}:${port} must answer within ${timeoutMs} ms.`,
    received: cause instanceof Error ? cause.message : String(cause),
    remedy: 'Check that the supervisor or rank 0 still runs, and that this machine can reach that address and port.',
    cause,
  });
}
