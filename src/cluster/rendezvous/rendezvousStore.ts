/** A worker's view of the rendezvous: values under keys, barriers, and the supervisor's word that the job is over. */
import type { Socket } from 'node:net';
import { InternalError, PeerError, UserError } from '../../base/errors.ts';
import { maxValueSizeBytes, type ServerMessage, type WorkerMessage } from './messages.ts';
import { sendMessage } from './messageSocket.ts';

/** Why the job is over. */
export interface Abort {
  readonly reason: string;
  /** The worker that caused it, where one did. */
  readonly rank: number | undefined;
}

export interface WaitOptions {
  /** How long to wait, in milliseconds; default 300,000 (5 minutes). */
  readonly timeoutMs?: number;
}

type Answer = Extract<ServerMessage, { op: 'done' | 'timeout' }>;
type Request = Extract<WorkerMessage, { id: number }>;
type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

interface Pending {
  resolve(answer: Answer): void;
  reject(error: PeerError): void;
}

const heartbeatIntervalMs = 1000;
const defaultTimeoutMs = 300_000;

/** Made by `connectRendezvous`. Keeps the process alive only while one of its own calls is waiting. */
export class RendezvousStore {
  /** The address of this machine on the way to the rendezvous. */
  readonly localAddress: string;
  readonly #socket: Socket;
  readonly #rank: number;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #pending = new Map<number, Pending>();
  readonly #abortListeners = new Set<(abort: Abort) => void>();
  #nextId = 0;
  #abort: Abort | undefined;
  #closed = false;

  constructor(socket: Socket, rank: number) {
    this.#socket = socket;
    this.#rank = rank;
    this.localAddress = socket.localAddress ?? '127.0.0.1';
    socket.on('close', () => {
      if (!this.#closed) this.#end({ reason: 'the connection to the supervisor was lost', rank: undefined });
    });
    this.#heartbeat = setInterval(() => {
      sendMessage(socket, { op: 'heartbeat' } satisfies WorkerMessage);
    }, heartbeatIntervalMs).unref();
    socket.unref();
  }

  /**
   * Stores a value that all workers of this generation can read. A later value replaces an earlier one.
   *
   * @param value a text (stored as UTF-8), or up to 1 MiB of bytes
   */
  async set(key: string, value: Uint8Array | string): Promise<void> {
    const bytes = Buffer.from(value);
    if (bytes.byteLength > maxValueSizeBytes) throw tooLarge(key, bytes.byteLength);
    await this.#request({ op: 'set', key, value: bytes.toString('base64') });
  }

  /**
   * Reads a value, and waits until somebody has set it.
   *
   * @throws PeerError `TFD_RENDEZVOUS_TIMEOUT` when nobody did in time
   */
  async get(key: string, { timeoutMs = defaultTimeoutMs }: WaitOptions = {}): Promise<Buffer> {
    const answer = await this.#request({ op: 'get', key, timeoutMs });
    if (answer.op === 'timeout') throw timedOut(`No worker set the key "${key}"`, timeoutMs, 'connected', answer);
    if (answer.value === undefined) throw new InternalError(`The rendezvous server sent no value for "${key}".`);
    return Buffer.from(answer.value, 'base64');
  }

  /**
   * Waits until `count` different workers have called it with this name. The name can be used again afterwards.
   *
   * @throws PeerError `TFD_RENDEZVOUS_TIMEOUT` when too few came before the time of one of them was up
   */
  async barrier(name: string, count: number, { timeoutMs = defaultTimeoutMs }: WaitOptions = {}): Promise<void> {
    const answer = await this.#request({ op: 'barrier', name, count, timeoutMs });
    if (answer.op === 'timeout') {
      throw timedOut(`Fewer than ${count} workers reached the barrier "${name}"`, timeoutMs, 'there', answer);
    }
  }

  /**
   * Calls the listener once when the supervisor ends the job, or is lost; at once when that has already happened.
   * From then on every call of this store fails with a PeerError.
   *
   * @returns a function that removes the listener
   */
  onAbort(listener: (abort: Abort) => void): () => void {
    if (this.#abort === undefined) this.#abortListeners.add(listener);
    else listener(this.#abort);
    return () => this.#abortListeners.delete(listener);
  }

  /** Leaves the rendezvous; calls that still wait fail. Safe to call twice. */
  close(): void {
    this.#closed = true;
    this.#abortListeners.clear();
    this.#end({ reason: 'this worker closed its connection', rank: this.#rank });
    this.#socket.destroySoon();
  }

  /** Takes in one message of the server; `connectRendezvous` calls it. */
  receive(message: ServerMessage): void {
    if (message.op === 'abort') this.#end({ reason: message.reason, rank: message.rank });
    if (message.op === 'done' || message.op === 'timeout') this.#settle(message.id)?.resolve(message);
  }

  #request(request: WithoutId<Request>): Promise<Answer> {
    if (this.#abort !== undefined) return Promise.reject(aborted(this.#abort));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#socket.ref();
      sendMessage(this.#socket, { ...request, id });
    });
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#socket.unref();
    return pending;
  }

  #end(abort: Abort): void {
    if (this.#abort !== undefined) return;
    this.#abort = abort;
    clearInterval(this.#heartbeat);
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(aborted(abort));
    for (const listener of this.#abortListeners) listener(abort);
    this.#abortListeners.clear();
  }
}

function aborted({ reason, rank }: Abort): PeerError {
  return new PeerError({
    code: 'TFD_RENDEZVOUS_ABORTED',
    rule: 'A worker can meet the others only while the job runs, but it is over for this worker.',
    received: rank === undefined ? reason : `${reason} (rank ${rank})`,
  });
}

function timedOut(
  what: string,
  timeoutMs: number,
  place: string,
  { missingRanks, silentRanks }: Extract<Answer, { op: 'timeout' }>,
): PeerError {
  const details = [
    missingRanks.length === 0 ? `all workers are ${place}` : `not ${place}: rank ${missingRanks.join(', ')}`,
    ...(silentRanks.length === 0 ? [] : [`connected, but silent: rank ${silentRanks.join(', ')}`]),
  ];
  return new PeerError({
    code: 'TFD_RENDEZVOUS_TIMEOUT',
    rule: `${what} within ${timeoutMs} ms.`,
    received: details.join('; '),
    remedy: 'Look at the output of those workers: they may have failed, or be slower than the time allowed.',
  });
}

function tooLarge(key: string, sizeBytes: number): UserError {
  return new UserError({
    code: 'TFD_RENDEZVOUS_VALUE_SIZE',
    rule: `A value at the rendezvous holds at most ${maxValueSizeBytes} bytes.`,
    received: `${sizeBytes} bytes for the key "${key}"`,
    remedy: 'Share large data through a collective operation or a file, and only its place through a key.',
  });
}
