/** Holds the rendezvous of workers on several machines, and says who is late and who was refused. */
import type { ClusterWorker } from '../workerIdentity.ts';
import { startRendezvousServer, type RendezvousServer } from './startRendezvousServer.ts';

export interface HostRendezvousOptions {
  /** Where to say who is not there yet, and who was refused. Default: a line on stderr. */
  readonly say?: (line: string) => void;
  /** Time from the first worker until those that are missing are named, in milliseconds; default 5000. */
  readonly noticeMs?: number;
}

const localHosts = ['127.0.0.1', 'localhost', '::1'];

/**
 * Listens on all addresses of this machine, or on the loopback interface alone where that is where the workers meet.
 * The server does not keep the process alive.
 */
export async function hostRendezvous(
  { rendezvous, worldSize, addresses }: Pick<ClusterWorker, 'rendezvous' | 'worldSize' | 'addresses'>,
  options: HostRendezvousOptions = {},
): Promise<RendezvousServer> {
  const { say = (line: string) => process.stderr.write(`tfjs-distribute: ${line}\n`), noticeMs = 5000 } = options;
  const { host, port, token } = rendezvous;
  const listenOn = localHosts.includes(host) ? '127.0.0.1' : 'any';
  const server = await startRendezvousServer({ host: listenOn, port, token, worldSize, addresses });
  server.unref();
  server.on('refused', say);
  let timer: NodeJS.Timeout | undefined;
  const remind = () => {
    const missing = server.missingRanks().join(', ');
    say(`${worldSize} workers were to meet at ${host}:${server.port}; not there yet: rank ${missing}`);
    timer = setTimeout(remind, 30_000).unref();
  };
  server.on('joined', () => {
    if (server.missingRanks().length === 0) clearTimeout(timer);
    // Where nobody comes, the script does not need the others.
    else timer ??= setTimeout(remind, noticeMs).unref();
  });
  server.once('closed', () => {
    clearTimeout(timer);
  });
  return server;
}
