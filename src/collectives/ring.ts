/** Collectives over the ring in TensorFlow's own gRPC servers: slower, and there wherever TensorFlow is. */
import { createServer, type AddressInfo } from 'node:net';
import { encode, ServerDefSchema } from '../native/protos/index.ts';
import { abortCollectives, enableCollectives, executor, ResourceVariable, type Value } from '../tensor/index.ts';
import type { Communicator, GroupOptions, Reduction } from './communicator.ts';

/** Forms the group: every rank starts a TensorFlow server on a free port, and tells the others where. */
export async function formRing(options: GroupOptions): Promise<RingCommunicator> {
  const { rank, size, address } = options;
  const port = await freePort(address);
  const all = await options.exchange('tensorflow', Buffer.from(`${address}:${port}`));
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
  readonly transport = 'tensorflow';
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
    return values.map((value) => this.#reduce(value, reduction === 'mean' ? 'Div' : 'Id'));
  }

  broadcast(values: readonly Value[], root: number): Value[] {
    return values.map((value) => {
      if (this.rank === root) return this.#reduce(value, 'Id');
      const [zeros] = executor().execute('ZerosLike', [value], {});
      return this.#reduce(zeros as Value, 'Id');
    });
  }

  abort(reason: string): void {
    abortCollectives(reason);
  }

  close(): void {
    // TensorFlow's server lives as long as the process: it cannot be stopped (tensorflow#60706).
  }

  #reduce(value: Value, finalOp: 'Id' | 'Div'): Value {
    const groupKey = 1;
    const int = (number: number): Value => executor().constant(Int32Array.of(number), [], 'int32');
    const inputs = [value, int(this.size), int(groupKey), int(this.#nextInstance++), []];
    const [result] = executor().execute('CollectiveReduceV2', inputs, {
      merge_op: 'Add',
      final_op: finalOp,
      communication_hint: 'ring',
      timeout_seconds: { float: this.#timeoutSeconds },
      max_subdivs_per_device: { int: -1 },
    });
    return result as Value;
  }
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
