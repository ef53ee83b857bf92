/** Collectives over the ring in TensorFlow's own gRPC servers: slower, and there wherever TensorFlow is. */
import { createServer, type AddressInfo } from 'node:net';
import { UserError } from '../base/errors.ts';
import { encode, ServerDefSchema } from '../native/protos/index.ts';
import {
  abortCollectives,
  enableCollectives,
  executor,
  ResourceVariable,
  type Attributes,
  type DTypeName,
  type Value,
} from '../tensor/index.ts';
import type { Communicator, GroupOptions, Reduction } from './communicator.ts';

/** Forms the group: every rank starts a TensorFlow server on a free port, and tells the others where. */
export async function formRing(options: GroupOptions): Promise<RingCommunicator> {
  const { rank, size, address } = options;
  const port = await freePort(address);
  const all = await options.exchange('ring', Buffer.from(`${address}:${port}`));
  const tasks = Object.fromEntries(all.map((task, index) => [index, Buffer.from(task).toString()]));
  const server = encode(ServerDefSchema, {
    cluster: { job: [{ name: 'worker', tasks }] },
    jobName: 'worker',
    taskIndex: rank,
    protocol: 'grpc',
    defaultSessionConfig: { experimental: { collectiveGroupLeader: '/job:worker/replica:0/task:0' } },
  });
  // The devices get other names with that: what was compiled before must be compiled anew.
  ResourceVariable.moveAll(() => {
    enableCollectives(server);
  });
  return new RingCommunicator(rank, size, options.collectiveTimeoutMs);
}

export class RingCommunicator implements Communicator {
  readonly transport = 'ring';
  readonly rank: number;
  readonly size: number;
  readonly #timeoutSeconds: number;
  #nextInstance = 1;

  constructor(rank: number, size: number, collectiveTimeoutMs: number) {
    this.rank = rank;
    this.size = size;
    this.#timeoutSeconds = collectiveTimeoutMs / 1000;
  }

  allReduce(values: readonly Value[], reduction: Reduction): Value[] {
    return values.map((value) => this.#reduce(value, reduction));
  }

  broadcast(values: readonly Value[], root: number): Value[] {
    return values.map((value) => {
      const isTruth = value.dtype === 'bool';
      const number = isTruth ? cast(value, 'int32') : value;
      const part = this.rank === root ? number : (executor().execute('ZerosLike', [number], {})[0] as Value);
      const sum = this.#reduce(part, 'sum');
      return isTruth ? cast(sum, 'bool') : sum;
    });
  }

  allGather(value: Value, sizes?: readonly number[]): Value {
    if (sizes !== undefined) throw unsupported('all-gather of uneven first dimensions');
    if (isEmpty(value)) return copies(value, this.size);
    if (value.dtype === 'bool') return cast(this.allGather(cast(value, 'int32')), 'bool');
    // Exact: a bfloat16 is the upper half of a float32.
    if (value.dtype === 'bfloat16') return cast(this.allGather(cast(value, 'float32')), 'bfloat16');
    return this.#run('CollectiveGatherV2', value, {});
  }

  reduceScatter(value: Value, reduction: Reduction): Value {
    const rows = value.shape?.[0] as number;
    const reduced = this.#reduce(value, reduction);
    return ownPart(reduced, (this.rank * rows) / this.size, rows / this.size);
  }

  allToAll(): never {
    throw unsupported('all-to-all');
  }

  barrier(): void {
    this.#reduce(int(0), 'sum');
  }

  abort(reason: string): void {
    abortCollectives(reason);
  }

  close(): void {
    // TensorFlow's server lives as long as the process: it cannot be stopped (tensorflow#60706).
  }

  #reduce(value: Value, reduction: Reduction): Value {
    if (isEmpty(value)) return copies(value, 1);
    if (value.dtype === 'bool') return cast(this.#reduce(cast(value, 'int32'), reduction), 'bool');
    return this.#run('CollectiveReduceV2', value, {
      merge_op: mergeOps[reduction],
      final_op: reduction === 'mean' ? 'Div' : 'Id',
      max_subdivs_per_device: { int: -1 },
    });
  }

  #run(op: string, value: Value, attributes: Attributes): Value {
    const groupKey = 1;
    const inputs = [value, int(this.size), int(groupKey), int(this.#nextInstance++), []];
    const [result] = executor().execute(op, inputs, {
      communication_hint: 'ring',
      timeout_seconds: { float: this.#timeoutSeconds },
      ...attributes,
    });
    return result as Value;
  }
}

const mergeOps: Readonly<Record<Reduction, string>> = {
  sum: 'Add',
  mean: 'Add',
  min: 'Min',
  max: 'Max',
  product: 'Mul',
};

/** TensorFlow's ring crashes on a tensor without elements. */
function isEmpty({ shape }: Value): boolean {
  return shape?.includes(0) === true;
}

/** `value` this many times, one after the other along the first dimension. */
function copies(value: Value, count: number): Value {
  const multiples = value.shape?.map((_, dimension) => (dimension === 0 ? count : 1)) ?? [];
  const inputs = [value, executor().constant(Int32Array.from(multiples), [multiples.length], 'int32')];
  return executor().execute('Tile', inputs, {})[0] as Value;
}

function int(number: number): Value {
  return executor().constant(Int32Array.of(number), [], 'int32');
}

function cast(value: Value, dtype: DTypeName): Value {
  return executor().execute('Cast', [value], { DstT: { type: dtype } })[0] as Value;
}

/** Rows of `value` along the first dimension. */
function ownPart(value: Value, begin: number, numRows: number): Value {
  const rest = value.shape?.slice(1) ?? [];
  const vector = (numbers: number[]): Value => executor().constant(Int32Array.from(numbers), [numbers.length], 'int32');
  const inputs = [value, vector([begin, ...rest.map(() => 0)]), vector([numRows, ...rest])];
  return executor().execute('Slice', inputs, {})[0] as Value;
}

function unsupported(what: string): UserError {
  return new UserError({
    code: 'TFD_COLLECTIVE_UNSUPPORTED',
    rule: `The transport ring has no ${what}: TensorFlow’s gRPC servers have none between CPUs.`,
    remedy:
      "Let communication be 'auto', 'gloo' or 'shared-memory'; build their library with `npm run build:collectives`.",
  });
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
