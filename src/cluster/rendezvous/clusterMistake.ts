/** Compares what a worker that comes to the rendezvous believes of its cluster with what is known there. */
import type { Generation } from './generation.ts';
import type { WorkerMessage } from './messages.ts';

type Hello = Extract<WorkerMessage, { op: 'hello' }>;

interface KnownCluster {
  readonly worldSize: number;
  readonly addresses?: readonly string[] | undefined;
}

/** What is wrong, in words that say which worker and how; `undefined` where it fits. */
export function clusterMistake(hello: Hello, known: KnownCluster, { members }: Generation): string | undefined {
  const { rank, worldSize = known.worldSize, addresses } = hello;
  if (worldSize !== known.worldSize) {
    return `rank ${rank} is configured for ${worldSize} workers, the rendezvous for ${known.worldSize}`;
  }
  if (rank >= known.worldSize) return `rank ${rank} is not smaller than the number of workers, ${known.worldSize}`;
  for (const [other, address] of (known.addresses ?? []).entries()) {
    const believed = addresses?.[other];
    if (believed === undefined || believed === address) continue;
    return `rank ${rank} is configured with ${believed} as address of rank ${other}, the rendezvous with ${address}`;
  }
  return members.has(rank) ? `another process is already connected as rank ${rank}` : undefined;
}
