/**
 * Collectives of our C++ library, as ops inside TensorFlow's graph: over Gloo, the engine of PyTorch's and Horovod's CPU
 * collectives, or through memory that the processes of one machine share.
 */
import { EnvironmentError, PeerError, UserError } from '../base/errors.ts';
import {
  collectivesLibrary,
  connectCommunicator,
  type CollectivesLibrary,
  type CommunicatorId,
} from '../native/index.ts';
import { executor, ResourceVariable, toEagerTensor, type Attributes, type Input, type Value } from '../tensor/index.ts';
import type { Communicator, GroupOptions, Reduction } from './communicator.ts';

/**
 * Forms the group: every rank listens, tells the others its addresses, and connects to all of them.
 *
 * @param transport - `auto` shares memory where all ranks can.
 */
export async function formGloo(
  options: GroupOptions,
  transport: 'auto' | 'shared-memory' | 'gloo',
): Promise<GlooCommunicator> {
  const native = collectivesLibrary();
  if (native === undefined) {
    throw new UserError({
      code: 'TFD_COLLECTIVES_MISSING',
      rule: 'The transports gloo and shared-memory need the library of collectives, which is not there.',
      received: `communication: '${transport}'`,
      remedy: "Build it with `npm run build:collectives`, or let communication be 'auto' or 'ring'.",
    });
  }
  const { rank, size, address, connectTimeoutMs, collectiveTimeoutMs } = options;
  const out = new BigInt64Array(1);
  check(native.tfd_communicator_create(rank, size, address, connectTimeoutMs, collectiveTimeoutMs, out));
  const id = Number(out[0]) as CommunicatorId;
  try {
    if (transport === 'gloo') check(native.tfd_communicator_withhold_memory(id));
    const all = await options.exchange('gloo', ownAddresses(native, id));
    check(await connectCommunicator(id, Buffer.concat(all)));
    const sharesMemory = doesShareMemory(native, id);
    if (transport === 'shared-memory' && !sharesMemory) throw noSharedMemory();
    return new GlooCommunicator(native, id, { rank, size, transport: sharesMemory ? 'shared-memory' : 'gloo' });
  } catch (error) {
    native.tfd_communicator_free(id);
    throw error;
  }
}

/** A group. Graphs read its number from a variable, so that another group can take its place without a new trace. */
export class GlooCommunicator implements Communicator {
  readonly transport: 'shared-memory' | 'gloo';
  readonly rank: number;
  readonly size: number;
  readonly #native: CollectivesLibrary;
  readonly #id: CommunicatorId;
  readonly #variable: ResourceVariable;

  constructor(
    native: CollectivesLibrary,
    id: CommunicatorId,
    { rank, size, transport }: Pick<GlooCommunicator, 'rank' | 'size' | 'transport'>,
  ) {
    this.#native = native;
    this.#id = id;
    this.transport = transport;
    this.rank = rank;
    this.size = size;
    using initial = toEagerTensor(BigInt64Array.of(BigInt(id)), [], 'int64');
    this.#variable = new ResourceVariable(initial);
  }

  allReduce(values: readonly Value[], reduction: Reduction): Value[] {
    return this.#run('TfdAllReduce', [values], { reduction });
  }

  broadcast(values: readonly Value[], root: number): Value[] {
    return this.#run('TfdBroadcast', [values], { root: { int: root } });
  }

  allGather(value: Value, sizes: readonly number[] = []): Value {
    return this.#run('TfdAllGather', [value], { sizes: { ints: sizes } })[0] as Value;
  }

  reduceScatter(value: Value, reduction: Reduction): Value {
    return this.#run('TfdReduceScatter', [value], { reduction })[0] as Value;
  }

  allToAll(value: Value): Value {
    return this.#run('TfdAllToAll', [value], {})[0] as Value;
  }

  barrier(): void {
    this.#run('TfdBarrier', [], {});
  }

  abort(reason: string): void {
    this.#native.tfd_communicator_abort(this.#id, reason);
  }

  close(): void {
    this.#native.tfd_communicator_free(this.#id);
    this.#variable.dispose();
  }

  #run(op: string, inputs: readonly Input[], attributes: Attributes): Value[] {
    return executor().execute(op, [...inputs, this.#variable.read()], attributes);
  }
}

function ownAddresses(native: CollectivesLibrary, id: CommunicatorId): Uint8Array {
  const length = new BigInt64Array(1);
  check(native.tfd_communicator_addresses(id, new Uint8Array(1), 0, length));
  const buffer = new Uint8Array(Number(length[0]));
  check(native.tfd_communicator_addresses(id, buffer, buffer.length, length));
  return buffer;
}

function doesShareMemory(native: CollectivesLibrary, id: CommunicatorId): boolean {
  const stats = new BigInt64Array(4);
  check(native.tfd_communicator_stats(id, stats));
  return stats[3] === 1n;
}

function noSharedMemory(): UserError {
  return new UserError({
    code: 'TFD_SHARED_MEMORY',
    rule: 'The transport shared-memory needs workers that can read each other’s memory.',
    received: 'workers on several machines or in containers of their own, or TFJS_DISTRIBUTE_SHARED_MEMORY=off',
    remedy: "Let communication be 'auto' or 'gloo', or start all workers in one container.",
  });
}

function check(message: string | null): void {
  if (message === null) return;
  const rule = `The workers could not form a group: ${message.replace(/^\w+: /, '')}`;
  if (message.startsWith('unavailable')) throw new PeerError({ code: 'TFD_GROUP_FAILED', rule });
  throw new EnvironmentError({ code: 'TFD_GROUP_FAILED', rule });
}
