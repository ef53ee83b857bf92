/** The model on every worker, each with its share of every batch; gradients are all-reduced inside the compiled step. */
import { util, type NamedTensorMap, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { UserError } from '../base/errors.ts';
import { toTensor, toValue } from '../backend/index.ts';
import type { Joined, WorkerIdentity } from '../cluster/index.ts';
import { resolveWorker } from '../cluster/resolveWorker.ts';
import {
  alone,
  assertCommunication,
  formGroup,
  toBuckets,
  type Communication,
  type Communicator,
  type Sized,
} from '../collectives/index.ts';
import { compile, type CompiledFunction } from '../graph/index.ts';
import { GraphTensor, type DTypeName, type Value } from '../tensor/index.ts';
import { Collectives } from './collectives.ts';
import type { ReduceOp, ReplicaContext } from './replica.ts';
import { Strategy } from './strategy.ts';

/** Options of `MultiWorkerMirroredStrategy`. */
export interface MultiWorkerMirroredOptions {
  /**
   * What carries the gradients and other collectives. `shared-memory`: for workers on one machine. `gloo`: TCP. `ring`:
   * TensorFlow's own gRPC servers, which are slower and lack some operations. Default `auto`: the first of them that all
   * workers have.
   */
  readonly communication?: Communication;
  /** Most bytes of gradients that travel together; default 4 MiB. */
  readonly bucketBytes?: number;
  /** Address of this machine that the other workers reach; default: the one by which it reaches the place to meet. */
  readonly address?: string;
  /** How long to wait for the other workers at the start, in milliseconds; default 5 minutes. */
  readonly connectTimeoutMs?: number;
  /** How long a step may wait for another worker, in milliseconds; default 10 minutes. */
  readonly collectiveTimeoutMs?: number;
}

/** What a running group needs: the place to meet, and the means to communicate. */
interface Group {
  readonly joined: Joined;
  readonly communicator: Communicator;
}

/**
 * Synchronous data parallelism, as `tf.distribute.MultiWorkerMirroredStrategy`: one replica a worker. The workers are
 * those that `tfjs-distribute run --workers N`, Slurm, MPI or Kubernetes started, or that `TF_CONFIG` names; a script that
 * was started by itself is a single worker.
 */
export class MultiWorkerMirroredStrategy extends Strategy {
  /** All-reduce, all-gather, reduce-scatter, broadcast, all-to-all and barrier among the workers. */
  readonly collectives = new Collectives(
    () => (this.#identity.worldSize === 1 ? alone : this.#joined()),
    () => this.start(),
  );
  override readonly rank: number;
  override readonly numReplicas: number;
  readonly #identity: WorkerIdentity;
  readonly #options: Required<Omit<MultiWorkerMirroredOptions, 'address'>> & { readonly address?: string };
  #group: Promise<Group> | undefined;
  #communicator: Communicator | undefined;
  readonly #reduceSteps = new Map<ReduceOp, CompiledFunction<[Tensor], Tensor>>();
  #numShared = 0;

  constructor(options: MultiWorkerMirroredOptions = {}) {
    super();
    this.#identity = resolveWorker();
    this.rank = this.#identity.rank;
    this.numReplicas = this.#identity.worldSize;
    this.#options = {
      communication: 'auto',
      bucketBytes: 4 << 20,
      connectTimeoutMs: 300_000,
      collectiveTimeoutMs: 600_000,
      ...options,
    };
    assertCommunication(this.#options.communication);
    if (!(this.#options.bucketBytes > 0)) {
      throw new UserError({
        code: 'TFD_BUCKET_BYTES',
        rule: 'bucketBytes must be a number above 0.',
        received: String(options.bucketBytes),
        remedy: 'Leave it out, or give the number of bytes that should travel together, for example 4194304.',
      });
    }
  }

  /** What carries the collectives, once `start` has joined the others. */
  get transport(): Communicator['transport'] | undefined {
    return this.#communicator?.transport;
  }

  override async start(): Promise<void> {
    if (this.numReplicas > 1) await (this.#group ??= this.#form());
  }

  override async close(): Promise<void> {
    const group = await this.#group;
    group?.communicator.close();
    await group?.joined.close();
    this.collectives.eager.dispose();
    for (const step of this.#reduceSteps.values()) step.dispose();
    this.#reduceSteps.clear();
    this.#group = undefined;
    this.#communicator = undefined;
  }

  override run<A extends readonly unknown[], R>(fn: (...args: A) => R, args: A): Promise<R> {
    return this.runStep(fn, () => this.compileStep(fn), args);
  }

  override async reduce(op: ReduceOp, value: Tensor): Promise<Tensor> {
    if (this.numReplicas === 1) return value.clone();
    await this.start();
    let step = this.#reduceSteps.get(op);
    if (step === undefined) {
      step = compile((tensor: Tensor) => this.#allReduce([tensor], op)[0] as Tensor, { name: `reduce_${op}` });
      this.#reduceSteps.set(op, step);
    }
    return step(value);
  }

  override async broadcast(variables: readonly Variable[]): Promise<void> {
    if (this.numReplicas === 1) return;
    await this.start();
    const step = compile(
      () => {
        const received = this.#inBuckets(variables, (values) => this.#joined().broadcast(values, 0));
        variables.forEach((variable, index) => {
          variable.assign(received[index] as Tensor);
        });
      },
      { name: 'broadcast' },
    );
    await step();
    step.dispose();
  }

  override async shareText(text: string): Promise<string> {
    if (this.numReplicas === 1) return text;
    await this.start();
    const { store } = (await (this.#group as Promise<Group>)).joined;
    const key = `shared/${this.#numShared++}`;
    if (this.isChief) await store.set(key, text);
    return (await store.get(key)).toString();
  }

  protected override replicaContext(lossScale: number): ReplicaContext {
    return {
      replicaId: this.rank,
      numReplicas: this.numReplicas,
      lossScale,
      allReduce: (values, op) => this.#allReduce(values, op),
      applyReduced: (gradients, apply) => {
        apply(this.#reduceGradients(gradients));
      },
    };
  }

  #reduceGradients(gradients: NamedTensorMap): NamedTensorMap {
    const names = Object.keys(gradients);
    const reduced = this.#allReduce(Object.values(gradients), 'mean');
    return Object.fromEntries(names.map((name, index) => [name, reduced[index] as Tensor]));
  }

  #allReduce(tensors: readonly Tensor[], op: ReduceOp): Tensor[] {
    if (this.numReplicas === 1) return [...tensors];
    return this.#inBuckets(tensors, (values) => this.#joined().allReduce(values, op));
  }

  /** What `communicate` makes of each tensor, bucket by bucket: those first whose values are ready first. */
  #inBuckets(tensors: readonly Tensor[], communicate: (values: Value[]) => Value[]): Tensor[] {
    const items = [...new Set(tensors)].map((tensor): Item => {
      const value = toValue(tensor);
      const sizeBytes = tensor.size * util.bytesPerElement(tensor.dtype);
      return { tensor, value, dtype: value.dtype, sizeBytes };
    });
    items.sort((a, b) => readiness(a.value) - readiness(b.value));
    const results = new Map<Tensor, Tensor>();
    for (const bucket of toBuckets(items, this.#options.bucketBytes)) {
      const values = communicate(bucket.map(({ value }) => value));
      bucket.forEach(({ tensor }, index) => results.set(tensor, toTensor(values[index] as Value)));
    }
    return tensors.map((tensor) => results.get(tensor) as Tensor);
  }

  #joined(): Communicator {
    if (this.#communicator === undefined) {
      throw new UserError({
        code: 'TFD_STRATEGY_NOT_STARTED',
        rule: 'A strategy must have joined the other workers before a step of it is traced.',
        remedy: 'Await `strategy.start()` first, or run the step by `strategy.run()` or `model.fit()`, which do.',
      });
    }
    return this.#communicator;
  }

  async #form(): Promise<Group> {
    const { rank, worldSize } = this.#identity;
    const { communication, connectTimeoutMs, collectiveTimeoutMs } = this.#options;
    // Loaded only where workers meet: what checks its messages takes long to load.
    const { joinRendezvous } = await import('../cluster/index.ts');
    const joined = await joinRendezvous(this.#identity, { timeoutMs: connectTimeoutMs });
    const { store, address } = joined;
    const communicator = await formGroup(communication, {
      rank,
      size: worldSize,
      address: this.#options.address ?? address,
      connectTimeoutMs,
      collectiveTimeoutMs,
      exchange: async (topic, value) => {
        await store.set(`${topic}/${rank}`, value);
        const ranks = Array.from({ length: worldSize }, (_, other) => other);
        return Promise.all(ranks.map((other) => store.get(`${topic}/${other}`, { timeoutMs: connectTimeoutMs })));
      },
    });
    store.onAbort(({ reason }) => {
      communicator.abort(reason);
    });
    this.#communicator = communicator;
    return { joined, communicator };
  }
}

interface Item extends Sized {
  readonly tensor: Tensor;
  readonly value: Value;
  readonly dtype: DTypeName;
}

function readiness(value: Value): number {
  return value instanceof GraphTensor ? value.order : 0;
}
