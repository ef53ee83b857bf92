/** The model on all devices of this process, each with its share of every batch, in one compiled step. */
import { addN, div, slice, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { UserError } from '../base/errors.ts';
import type { CompiledFunction } from '../graph/index.ts';
import { currentDevice, device, listDevices, withDevice } from '../tensor/index.ts';
import { traceReplicas } from './localReplicas.ts';
import { LocalStrategy } from './localStrategy.ts';
import { PerReplica, type PerReplicaArguments } from './perReplica.ts';
import type { ReduceOp } from './replica.ts';
import { shareOf, type Share } from './share.ts';

/** Options of `MirroredStrategy`. */
export interface MirroredOptions {
  /** Names as for `tf.device`, one a replica, each once. Default: all GPUs of the process, or its CPU devices where it has none. */
  readonly devices?: readonly string[];
}

/**
 * Synchronous data parallelism over the devices of one process, as `tf.distribute.MirroredStrategy`: one replica a
 * device, and one compiled function for all of them. The replicas use the same variables, which are updated once by the
 * mean of all gradients. It can be made at any time; `tf.config.setLogicalDevices({ cpu: 4 })`, which makes several
 * devices of one CPU, must come before the first operation and before this.
 */
export class MirroredStrategy extends LocalStrategy {
  override readonly numReplicas: number;
  /** The devices of the replicas, in their order, for example `/device:CPU:0`. */
  readonly devices: readonly string[];

  /**
   * @throws UserError `TFD_DEVICE_UNKNOWN` for a device that this process does not have; `TFD_MIRRORED_DEVICES` where
   *   `devices` is empty or has one twice.
   */
  constructor({ devices = defaultDevices() }: MirroredOptions = {}) {
    super();
    this.devices = devices.map((name) => device(null, () => device(name, () => currentDevice() as string)));
    this.numReplicas = this.devices.length;
    if (this.numReplicas === 0 || new Set(this.devices).size < this.numReplicas) throw wrongDevices(devices);
  }

  override get numWorkers(): number {
    return 1;
  }

  /** Runs `fn`, so that the models and variables made in it are this strategy's, and live on its first device. */
  override scope<T>(fn: () => T): T {
    return super.scope(() => withDevice(this.devices[0], fn));
  }

  /**
   * Runs `fn` once for each replica, all in one compiled step: optimizers in it apply the mean of the gradients of all
   * replicas. Variables of floats that the replicas assign become the mean of what they assigned, others the first value.
   *
   * @param fn - The same function for each call: it is compiled once for each signature of `args`. The optimizer updates
   *   its variables when the last replica has given its gradients, so nothing else in `fn` can use them after that.
   * @param args - Each the same for all replicas, or a `PerReplica` as `split` and `distributeValues` make.
   * @returns The result of each replica.
   * @throws UserError `TFD_PER_REPLICA` where an argument has not one value for each replica, `TFD_REPLICA_READ`,
   *   `TFD_REPLICA_BRANCH` and `TFD_REPLICAS_DIFFER` for what `fn` cannot do; see docs/errors.md.
   */
  override async run<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    args: PerReplicaArguments<A>,
  ): Promise<PerReplica<R>> {
    const isSplit = args.map((arg) => arg instanceof PerReplica);
    const plain = args.map((arg) => (arg instanceof PerReplica ? this.#valuesOf(arg) : arg));
    const compileIt = (): CompiledFunction<[boolean[], ...unknown[]], R[]> =>
      this.compileStep(
        (split, ...all) =>
          this.onReplicas(this.shares(this.numReplicas), (_, replica) =>
            fn(...(all.map((arg, i) => (split[i] === true ? (arg as unknown[])[replica] : arg)) as unknown as A)),
          ),
        { name: fn.name },
      );
    return new PerReplica(await this.runStep(fn, compileIt, [isSplit, ...plain]));
  }

  /** The sum or mean over all replicas. A plain tensor counts as the value of each of them. */
  override reduce(op: ReduceOp, value: Tensor | PerReplica<Tensor>): Promise<Tensor> {
    const values = value instanceof PerReplica ? this.#valuesOf(value) : this.devices.map(() => value);
    return Promise.resolve(
      tidy(() => {
        const sum = addN([...values]);
        return op === 'sum' ? sum : div(sum, values.length);
      }),
    );
  }

  /** A value for each replica: what `make` gives for its number. */
  distributeValues<T>(make: (replicaId: number) => T): PerReplica<T> {
    return new PerReplica(this.devices.map((_, replicaId) => make(replicaId)));
  }

  /**
   * The rows of `batch`, shared out: to each replica a contiguous part. Where they do not divide, the first replicas have
   * one row more. The parts are the caller's to dispose.
   *
   * @throws UserError `TFD_PER_REPLICA` where there are fewer rows than replicas.
   */
  split<T extends Tensor>(batch: T): PerReplica<T> {
    const [numRows = 0] = batch.shape;
    if (numRows < this.numReplicas) throw wrongCount(`a batch of ${numRows} rows`, this.numReplicas);
    return new PerReplica(this.shares(numRows).map(({ start, end }) => slice(batch, start, end - start)));
  }

  override shares(numRows: number): Share[] {
    const numShares = Math.min(numRows, this.numReplicas);
    return Array.from({ length: numShares }, (_, replica) => shareOf(numRows, numShares, replica));
  }

  override onReplicas<T>(shares: readonly Share[], fn: (share: Share, index: number) => T): T[] {
    const replicas = shares.map(({ weight }, index) => ({ device: this.devices[index] as string, weight }));
    return traceReplicas(replicas, (index) => fn(shares[index] as Share, index));
  }

  #valuesOf<T>({ values }: PerReplica<T>): readonly T[] {
    if (values.length !== this.numReplicas) throw wrongCount(`${values.length} values`, this.numReplicas);
    return values;
  }
}

function defaultDevices(): string[] {
  const all = listDevices();
  const gpus = all.filter(({ type }) => type === 'GPU');
  return (gpus.length > 0 ? gpus : all.filter(({ type }) => type === 'CPU')).map(({ name }) => shortName(name));
}

/** Without the cluster, which may change. */
function shortName(name: string): string {
  return name.replace(/^.*(?=\/device:)/, '');
}

function wrongDevices(devices: readonly string[]): UserError {
  return new UserError({
    code: 'TFD_MIRRORED_DEVICES',
    rule: 'A MirroredStrategy has one replica a device: at least one, and each device once.',
    received: devices.length === 0 ? 'no device' : devices.join(', '),
    remedy:
      "Leave `devices` out for all devices, or write for example { devices: ['/CPU:0', '/CPU:1'] } after tf.config.setLogicalDevices({ cpu: 2 }).",
  });
}

function wrongCount(received: string, numReplicas: number): UserError {
  return new UserError({
    code: 'TFD_PER_REPLICA',
    rule: 'Values that differ between replicas have one for each of them.',
    received: `${received} for ${numReplicas} replicas`,
    remedy: 'Make them with strategy.distributeValues(), or with strategy.split() of a batch with enough rows.',
  });
}
