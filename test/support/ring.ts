/** Test support: communicators of several processes; the parent carries the addresses between its children. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { collectivesLibrary, connectCommunicator } from '../../src/native/collectivesLibrary.ts';
import type { CommunicatorId } from '../../src/native/bindings/collectives.ts';

/** What the children and their parent say to each other. */
export type Message =
  | {
      readonly kind: 'addresses';
      readonly ring: string;
      readonly rank: number;
      readonly size: number;
      readonly bytes: string;
    }
  | { readonly kind: 'all'; readonly ring: string; readonly bytes: readonly string[] }
  | { readonly kind: 'report'; readonly rank: number; readonly values: Record<string, unknown> };

export function native() {
  const found = collectivesLibrary();
  if (found === undefined) throw new Error('the library of collectives is missing');
  return found;
}

/** Throws what a function of the library returned, if it is not `null`. */
export function ok(message: string | null): void {
  if (message !== null) throw new Error(message);
}

export function create(rank: number, size: number, timeoutMs = 20_000): CommunicatorId {
  const id = new BigInt64Array(1);
  ok(native().tfd_communicator_create(rank, size, '127.0.0.1', timeoutMs, timeoutMs, id));
  return Number(id[0]) as CommunicatorId;
}

export function addressesOf(id: CommunicatorId): Buffer {
  const length = new BigInt64Array(1);
  ok(native().tfd_communicator_addresses(id, new Uint8Array(0), 0, length));
  const bytes = Buffer.alloc(Number(length[0]));
  ok(native().tfd_communicator_addresses(id, bytes, bytes.length, length));
  return bytes;
}

export async function connect(id: CommunicatorId, all: Buffer): Promise<void> {
  ok(await connectCommunicator(id, all));
}

/**
 * In a child: forms the ring `name` together with the other children that ask for it. `alter` may change what this
 * child learns of the others' addresses.
 */
export async function formRing(
  name: string,
  rank: number,
  size: number,
  timeoutMs?: number,
  alter?: (addresses: Buffer[]) => void,
): Promise<CommunicatorId> {
  const id = create(rank, size, timeoutMs);
  const addresses = await exchange(name, rank, size, addressesOf(id));
  alter?.(addresses);
  await connect(id, Buffer.concat(addresses));
  return id;
}

/** In a child: gives `bytes` to the `size` children that ask for the ring `name`, and waits for theirs. */
export async function exchange(name: string, rank: number, size: number, bytes: Uint8Array): Promise<Buffer[]> {
  const all = new Promise<readonly string[]>((resolve) => {
    const listen = (message: Message): void => {
      if (message.kind !== 'all' || message.ring !== name) return;
      process.off('message', listen);
      resolve(message.bytes);
    };
    process.on('message', listen);
  });
  tell({ kind: 'addresses', ring: name, rank, size, bytes: Buffer.from(bytes).toString('base64') });
  return (await all).map((other) => Buffer.from(other, 'base64'));
}

/** What a communicator did so far. */
export function statsOf(id: CommunicatorId) {
  const stats = new BigInt64Array(4);
  ok(native().tfd_communicator_stats(id, stats));
  const [numCollectives, numBytes, nanoseconds, sharesMemory] = stats;
  return {
    numCollectives: Number(numCollectives),
    numBytes: Number(numBytes),
    nanoseconds: Number(nanoseconds),
    sharesMemory: sharesMemory === 1n,
  };
}

/** In a child: hands values to the test. */
export function report(rank: number, values: Record<string, unknown>): void {
  tell({ kind: 'report', rank, values });
}

function tell(message: Message): void {
  process.send?.(message);
}

/**
 * In the test: `size` children that run `file` with a scenario, and what each reported. `signal` kills them. `env` is
 * added to their environment.
 */
export async function runRanks(
  file: URL,
  scenario: string,
  size: number,
  signal?: AbortSignal,
  env: NodeJS.ProcessEnv = {},
): Promise<Record<string, unknown>[]> {
  const children = Array.from({ length: size }, (_, rank) =>
    fork(file, [scenario, String(rank), String(size)], { env: { ...process.env, ...env } }),
  );
  signal?.addEventListener('abort', () => {
    for (const child of children) child.kill('SIGKILL');
  });
  const reports: Record<string, unknown>[] = children.map(() => ({}));
  const rings = new Map<string, Map<number, { readonly child: ChildProcess; readonly bytes: string }>>();
  for (const child of children) {
    child.on('message', (message: Message) => {
      if (message.kind === 'report') Object.assign(reports[message.rank] ?? {}, message.values);
      if (message.kind !== 'addresses') return;
      const ring = rings.get(message.ring) ?? new Map<number, { child: ChildProcess; bytes: string }>();
      rings.set(message.ring, ring.set(message.rank, { child, bytes: message.bytes }));
      if (ring.size < message.size) return;
      const members = [...ring].sort(([a], [b]) => a - b).map(([, member]) => member);
      for (const member of members) {
        member.child.send({ kind: 'all', ring: message.ring, bytes: members.map(({ bytes }) => bytes) });
      }
    });
  }
  // A rank that fails ends the others, which would wait for it for ever; one that kills itself means to.
  const exits = children.map(async (child, rank) => {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (code !== 0 && signal !== 'SIGKILL') throw new Error(`rank ${rank} ended with ${code ?? signal}`);
  });
  try {
    await Promise.all(exits);
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await Promise.allSettled(exits);
  }
  return reports;
}
