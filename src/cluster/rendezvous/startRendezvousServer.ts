/** The meeting point of a job's workers, held by the supervisor: key-value store, barriers, word of an abort. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { EnvironmentError } from '../../base/errors.ts';
import { Generation, type Member, type Outcome } from './generation.ts';
import { clusterMistake } from './clusterMistake.ts';
import { workerMessage, type ServerMessage, type WorkerMessage } from './messages.ts';
import { readMessages, sendMessage } from './messageSocket.ts';

export interface RendezvousServerOptions {
  /** Address to listen on; default `127.0.0.1`. `any` is every address of this machine. */
  readonly host?: string;
  /** Port to listen on; default 0: any free one. */
  readonly port?: number;
  /** Shared secret; a connection that does not know it is closed. */
  readonly token: string;
  /** Number of workers; ranks go from 0 to `worldSize - 1`. */
  readonly worldSize: number;
  /** The workers' addresses by rank, where they are known: a worker that knows other ones is refused. */
  readonly addresses?: readonly string[] | undefined;
}

interface RendezvousServerEvents {
  /** A worker connected. */
  joined: [rank: number];
  /** A worker's connection closed. */
  left: [rank: number];
  /** A worker that knew the token was not accepted. */
  refused: [reason: string];
  /** The server has given its port back. */
  closed: [];
}

/** A connection must say who it is within this time. */
const helloTimeoutMs = 10_000;

/**
 * Starts to listen.
 *
 * @throws EnvironmentError `TFD_PORT_IN_USE` when another program holds the port, `TFD_RENDEZVOUS_LISTEN` when it
 * cannot be opened for another reason
 */
export async function startRendezvousServer(options: RendezvousServerOptions): Promise<RendezvousServer> {
  const { host = '127.0.0.1', port = 0 } = options;
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(cannotListen(error, host, port));
    });
    server.listen(port, host === 'any' ? undefined : host, resolve);
  });
  return new RendezvousServer(server, options);
}

export class RendezvousServer extends EventEmitter<RendezvousServerEvents> {
  readonly address: string;
  readonly port: number;
  readonly #server: Server;
  readonly #options: RendezvousServerOptions;
  readonly #generations = new Map<number, Generation>();
  /** Connected workers, each in its generation. */
  readonly #members = new Map<Socket, { readonly member: Member; readonly generation: Generation }>();
  readonly #sockets = new Set<Socket>();
  #aborted: ServerMessage | undefined;

  constructor(server: Server, options: RendezvousServerOptions) {
    super();
    const { address, port } = server.address() as AddressInfo;
    this.address = address;
    this.port = port;
    this.#server = server;
    this.#options = options;
    server.on('connection', (socket) => {
      this.#accept(socket);
    });
  }

  /** Tells all workers, those that connect later too, that the job is over. `rank` is the worker that caused it. */
  abort(reason: string, rank?: number): void {
    this.#aborted ??= { op: 'abort', reason, ...(rank === undefined ? {} : { rank }) };
    for (const socket of this.#members.keys()) sendMessage(socket, this.#aborted);
  }

  /** The ranks that are not connected in a generation; default the first one. */
  missingRanks(generation = 0): number[] {
    const members = this.#generations.get(generation)?.members;
    return Array.from({ length: this.#options.worldSize }, (_, rank) => rank).filter((rank) => !members?.has(rank));
  }

  /** Lets the process exit although the server listens, and workers are connected. */
  unref(): void {
    this.#server.unref();
    this.#server.on('connection', (socket) => socket.unref());
  }

  /** Closes all connections and gives the port back. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    this.emit('closed');
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay().setKeepAlive(true, 10_000);
    const tooLate = setTimeout(() => {
      if (!this.#members.has(socket)) socket.destroy();
    }, helloTimeoutMs).unref();
    socket.on('error', () => {
      // 'close' follows, and does what there is to do.
    });
    socket.on('close', () => {
      clearTimeout(tooLate);
      this.#sockets.delete(socket);
      this.#leave(socket);
    });
    readMessages(socket, workerMessage, {
      onMessage: (message) => {
        this.#receive(socket, message);
      },
      onMalformed: (reason) => {
        sendMessage(socket, { op: 'refused', reason } satisfies ServerMessage);
      },
    });
  }

  #receive(socket: Socket, message: WorkerMessage): void {
    const joined = this.#members.get(socket);
    if (joined === undefined) {
      this.#join(socket, message);
      return;
    }
    const { member, generation } = joined;
    member.lastHeardMs = Date.now();
    if (message.op === 'heartbeat' || message.op === 'hello') return;
    const answer = (outcome: Outcome) => {
      sendMessage(socket, { ...outcome, id: message.id } satisfies ServerMessage);
    };
    if (message.op === 'set') {
      generation.set(message.key, message.value);
      answer({ op: 'done' });
    } else if (message.op === 'get') {
      generation.get(message.key, { member, answer, timeoutMs: message.timeoutMs });
    } else {
      generation.arrive(message.name, message.count, { member, answer, timeoutMs: message.timeoutMs });
    }
  }

  #join(socket: Socket, message: WorkerMessage): void {
    const { token, worldSize } = this.#options;
    const refuse = (reason: string) => {
      sendMessage(socket, { op: 'refused', reason } satisfies ServerMessage);
      socket.destroySoon();
    };
    if (message.op !== 'hello' || !equalInConstantTime(message.token, token)) {
      refuse('the token is not that of this job');
      return;
    }
    const generation = this.#generations.get(message.generation) ?? new Generation(worldSize);
    this.#generations.set(message.generation, generation);
    const mistake = clusterMistake(message, this.#options, generation);
    if (mistake !== undefined) {
      refuse(mistake);
      this.emit('refused', `${socket.remoteAddress ?? 'a worker'} was refused: ${mistake}`);
      // Nothing that already runs ends because of a stray process; a cluster that is wrong from the start never forms.
      if (!generation.wasComplete) this.abort(`the cluster's configuration is wrong: ${mistake}`, message.rank);
      return;
    }
    const member: Member = { rank: message.rank, lastHeardMs: Date.now() };
    generation.join(member);
    this.#members.set(socket, { member, generation });
    sendMessage(socket, { op: 'welcome' } satisfies ServerMessage);
    if (this.#aborted !== undefined) sendMessage(socket, this.#aborted);
    this.emit('joined', member.rank);
  }

  #leave(socket: Socket): void {
    const joined = this.#members.get(socket);
    if (joined === undefined) return;
    this.#members.delete(socket);
    joined.generation.leave(joined.member);
    this.emit('left', joined.member.rank);
  }
}

/** Compares digests, so that neither the time nor the length tells anything about the secret. */
function equalInConstantTime(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): EnvironmentError {
  if (error.code === 'EADDRINUSE') {
    return new EnvironmentError({
      code: 'TFD_PORT_IN_USE',
      rule: `The port on which workers meet must be free, but another program already listens on ${host}:${port}.`,
      received: `port ${port}`,
      remedy:
        'Choose another port with --port, or leave --port out: then any free port is taken. Without the launcher, set ' +
        'TFJS_DISTRIBUTE_RENDEZVOUS=host:port for all workers.',
      cause: error,
    });
  }
  return new EnvironmentError({
    code: 'TFD_RENDEZVOUS_LISTEN',
    rule: `The address on which workers meet, ${host}:${port}, could not be opened.`,
    received: error.message,
    remedy: 'Use an address of this machine, and a port from 1024 to 65535; or leave --port out: any free port.',
    cause: error,
  });
}
