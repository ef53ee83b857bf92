/** Measures a link by TCP: one side answers, the other one asks. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

export interface ProbeOptions {
  /** How long the bandwidth is measured, in milliseconds. */
  readonly durationMs: number;
  /** A link on which nothing happens for this long is broken, in milliseconds. */
  readonly timeoutMs: number;
}

const numPings = 20;
const chunk = Buffer.alloc(256 * 1024);
const echo = 'E';
const count = 'C';

/**
 * Answers probes until it is closed: on a connection that begins with `E` it sends back what comes, on one with `C` it
 * counts what comes in `durationMs`, and answers with the bytes and the milliseconds.
 */
export async function answerProbes(host: string, { durationMs, timeoutMs }: ProbeOptions): Promise<Server> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.setTimeout(2 * timeoutMs, () => socket.destroy()).on('error', () => socket.destroy());
    socket.once('data', (first: Buffer) => {
      if (first.toString('latin1', 0, 1) === count) countBytes(socket, durationMs);
      else {
        socket.write(first);
        socket.pipe(socket);
      }
    });
  });
  server.listen(0, host);
  await once(server, 'listening');
  return server;
}

/** @throws Error in plain words where the link does not work */
export async function probe(host: string, port: number, options: ProbeOptions) {
  const latencyMs = await within(host, port, options, measureLatency);
  const bytesPerSecond = await within(host, port, options, measureBandwidth);
  return { latencyMs, bytesPerSecond };
}

async function within<T>(
  host: string,
  port: number,
  { timeoutMs }: ProbeOptions,
  measure: (socket: Socket) => Promise<T>,
): Promise<T> {
  const socket = connect({ host, port, noDelay: true });
  let isConnected = false;
  try {
    return await new Promise<T>((resolve, reject) => {
      socket.once('error', reject);
      socket.setTimeout(timeoutMs, () => {
        reject(new Error(`${isConnected ? 'connected, but nothing arrived' : 'no connection'} within ${timeoutMs} ms`));
      });
      socket.once('connect', () => {
        isConnected = true;
        measure(socket).then(resolve, reject);
      });
    });
  } finally {
    socket.destroy();
  }
}

/** The shortest time there and back, in milliseconds: what the link needs, however busy the machines are. */
async function measureLatency(socket: Socket): Promise<number> {
  const times: number[] = [];
  // The first answer also waits for the other side to accept.
  for (let ping = 0; ping <= numPings; ping++) {
    const startMs = performance.now();
    socket.write(echo);
    await once(socket, 'data');
    if (ping > 0) times.push(performance.now() - startMs);
  }
  return Math.min(...times);
}

/** What the other side received, in bytes a second. */
async function measureBandwidth(socket: Socket): Promise<number> {
  const answer = once(socket, 'data') as Promise<[Buffer]>;
  let isAnswered = false;
  const send = () => {
    while (!isAnswered && !socket.destroyed && socket.write(chunk));
  };
  socket.write(count);
  socket.on('drain', send);
  send();
  const [text] = await answer;
  isAnswered = true;
  const [numBytes = 0, elapsedMs = 0] = text.toString().split(' ').map(Number);
  return (1000 * numBytes) / elapsedMs;
}

function countBytes(socket: Socket, durationMs: number): void {
  const startMs = performance.now();
  let numBytes = 0;
  socket.on('data', (data: Buffer) => (numBytes += data.length));
  setTimeout(() => {
    socket.write(`${numBytes} ${performance.now() - startMs}`);
  }, durationMs);
}
