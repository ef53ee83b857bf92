/** `cc/tfd.h`: our own C++ library, collectives over Gloo as ops of TensorFlow's graphs. */
import { c } from './declare.ts';

declare const kind: unique symbol;

/** The number of a communicator in this process; graphs take it as an int64 scalar. */
export type CommunicatorId = number & { readonly [kind]: 'communicator' };

/** `null` on success, else the kind of failure (`argument`, `unavailable` or `internal`), a colon and the reason. */
export type TfdMessage = string | null;

/** The version of `cc/tfd.h` that these declarations describe. */
export const collectivesAbiVersion = 2;

export const collectives = {
  tfd_abi_version: c<() => number>('int32_t tfd_abi_version(void)'),
  tfd_register_ops: c<() => TfdMessage>('tfd_message tfd_register_ops(void)'),
  tfd_communicator_create: c<
    (
      rank: number,
      size: number,
      address: string,
      connectTimeoutMs: number,
      collectiveTimeoutMs: number,
      id: BigInt64Array,
    ) => TfdMessage
  >(
    'tfd_message tfd_communicator_create(int32_t rank, int32_t size, const char* address, int64_t connect_timeout_ms, int64_t collective_timeout_ms, int64_t* id)',
  ),
  tfd_communicator_withhold_memory: c<(id: CommunicatorId) => TfdMessage>(
    'tfd_message tfd_communicator_withhold_memory(int64_t id)',
  ),
  tfd_communicator_addresses: c<
    (id: CommunicatorId, buffer: Uint8Array, capacity: number, length: BigInt64Array) => TfdMessage
  >('tfd_message tfd_communicator_addresses(int64_t id, uint8_t* buffer, int64_t capacity, int64_t* length)'),
  tfd_communicator_connect: c<(id: CommunicatorId, addresses: Uint8Array, length: number) => TfdMessage>(
    'tfd_message tfd_communicator_connect(int64_t id, const uint8_t* addresses, int64_t length)',
  ),
  tfd_communicator_abort: c<(id: CommunicatorId, reason: string) => TfdMessage>(
    'tfd_message tfd_communicator_abort(int64_t id, const char* reason)',
  ),
  tfd_communicator_free: c<(id: CommunicatorId) => TfdMessage>('tfd_message tfd_communicator_free(int64_t id)'),
  tfd_communicator_stats: c<(id: CommunicatorId, stats: BigInt64Array) => TfdMessage>(
    'tfd_message tfd_communicator_stats(int64_t id, int64_t* stats)',
  ),
};
