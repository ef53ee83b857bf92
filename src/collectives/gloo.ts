/** Collectives over Gloo (the engine of PyTorch's and Horovod's CPU collectives), as ops inside TensorFlow's graph. */
import { EnvironmentError, PeerError, UserError } from '../base/errors.ts';
import {
  collectivesLibrary,
  connectCommunicator,
  type CollectivesLibrary,
  type CommunicatorId,
} from '../native/index.ts';
import { executor, ResourceVariable, toEagerTensor, type Attributes, type Value } from '../tensor/index.ts';
import type { Communicator, GroupOptions, Reduction } from './communicator.ts';

/** Forms the group: every rank listens, tells the others its addresses, and connects to all of them. */
export async function formGloo(options: GroupOptions): Promise<GlooCommunicator> {
  const native = collectivesLibrary();
  if (native === undefined) {
    throw new UserError({
      code: 'TFD_COLLECTIVES_MISSING',
      rule: "The transport 'gloo' needs the library of collectives, which is not there.",
      remedy: "Build it with `npm run build:collectives`, or let communication be 'auto' or 'tensorflow'.",
    });
  }
  const { rank, size, address, connectTimeoutMs, collectiveTimeoutMs } = options;
  const out = new BigInt64Array(1);
  check(native.tfd_communicator_create(rank, size, address, connectTimeoutMs, collectiveTimeoutMs, out));
  const id = Number(out[0]) as CommunicatorId;
  try {
    const all = await options.exchange('gloo', ownAddresses(native, id));
    check(await connectCommunicator(id, Buffer.concat(all)));
  } catch (error) {
    native.tfd_communicator_free(id);
    throw error;
  }
  return new GlooCommunicator(native, id, rank, size);
}

/** A Gloo group. Graphs read its number from a variable, so that another group can take its place without a new trace. */
export class GlooCommunicator implements Communicator {
  readonly transport = 'gloo';
  readonly rank: number;
  readonly size: number;
  readonly #native: CollectivesLibrary;
  readonly #id: CommunicatorId;
  readonly #variable: ResourceVariable;

  constructor(native: CollectivesLibrary, id: CommunicatorId, rank: number, size: number) {
    this.#native = native;
    this.#id = id;
    this.rank = rank;
    this.size = size;
    using initial = toEagerTensor(BigInt64Array.of(BigInt(id)), [], 'int64');
    this.#variable = new ResourceVariable(initial);
  }

  allReduce(values: readonly Value[], reduction: Reduction): Value[] {
    return this.#run('TfdAllReduce', values, { reduction });
  }

  broadcast(values: readonly Value[], root: number): Value[] {
    return this.#run('TfdBroadcast', values, { root: { int: root } });
  }

  abort(reason: string): void {
    this.#native.tfd_communicator_abort(this.#id, reason);
  }

  close(): void {
    this.#native.tfd_communicator_free(this.#id);
    this.#variable.dispose();
  }

  #run(op: string, values: readonly Value[], attributes: Attributes): Value[] {
    return executor().execute(op, [values, this.#variable.read()], attributes);
  }
}

function ownAddresses(native: CollectivesLibrary, id: CommunicatorId): Uint8Array {
  const length = new BigInt64Array(1);
  check(native.tfd_communicator_addresses(id, new Uint8Array(1), 0, length));
  const buffer = new Uint8Array(Number(length[0]));
  check(native.tfd_communicator_addresses(id, buffer, buffer.length, length));
  return buffer;
}

function check(message: string | null): void {
  if (message === null) return;
  const rule = `The workers could not form a group: ${message.replace(/^\w+: /, '')}`;
  if (message.startsWith('unavailable')) throw new PeerError({ code: 'TFD_GROUP_FAILED', rule });
  throw new EnvironmentError({ code: 'TFD_GROUP_FAILED', rule });
}
