/** The environment variables of a worker: who it is, how many threads it may use, whether to colour its output. */
import { availableParallelism } from 'node:os';
import { toLauncherVariables, type ClusterWorker } from '../cluster/index.ts';

/**
 * Threads of libuv's pool, which also runs our asynchronous native calls: a collective that waits holds one of them.
 * Node reads it at its start, so only the launcher can set it in time.
 */
const threadPoolSize = 16;

export interface WorkerEnvironmentOptions {
  readonly worker: ClusterWorker;
  /** The user's own environment: what is set there stays, except who the worker is. */
  readonly base: NodeJS.ProcessEnv;
  /** CPU threads for TensorFlow; default: what the user's environment says, or an even share of the cores. */
  readonly numThreads: number | undefined;
  /** Colours of the terminal on which the output ends up, as `FORCE_COLOR` counts them; 0 where it is none. */
  readonly colorLevel: 0 | 1 | 2 | 3;
}

export function workerEnvironment(options: WorkerEnvironmentOptions): NodeJS.ProcessEnv {
  const { worker, base, numThreads, colorLevel } = options;
  const share = Math.max(1, Math.floor(availableParallelism() / worker.localWorldSize));
  const wantsColor = colorLevel > 0 && base['NO_COLOR'] === undefined && base['FORCE_COLOR'] === undefined;
  return {
    UV_THREADPOOL_SIZE: String(threadPoolSize),
    TFJS_DISTRIBUTE_THREADS: String(share),
    ...(wantsColor ? { FORCE_COLOR: String(colorLevel) } : {}),
    ...base,
    ...(numThreads === undefined ? {} : { TFJS_DISTRIBUTE_THREADS: String(numThreads) }),
    ...toLauncherVariables(worker),
  };
}
