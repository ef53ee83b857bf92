/**
 * TensorFlow's profiler: C++ without an interface in C, so these are the names that the compiler gives its functions
 * (`tsl/profiler/lib/profiler_session.h`). See `docs/decisions/profiler.md`.
 */
import type { Address } from './handles.ts';
import { c } from './declare.ts';

/** What a C++ function returns in memory that its caller provides: an object no larger than these. */
export interface Returned {
  readonly first: bigint | number;
}

/** Makes koffi reserve the memory: the platforms' rules call for it from 17 bytes on, and for C++ objects always. */
export const returnedType = { first: 'uint64_t', second: 'uint64_t', third: 'uint64_t' };

export const profiler = {
  _ZN10tensorflow14ProfileOptionsC1EPN6google8protobuf5ArenaE: c<(options: Address, arena: null) => void>(
    'void _ZN10tensorflow14ProfileOptionsC1EPN6google8protobuf5ArenaE(void *options, void *arena)',
  ),
  _ZN10tensorflow14ProfileOptionsD1Ev: c<(options: Address) => void>(
    'void _ZN10tensorflow14ProfileOptionsD1Ev(void *options)',
  ),
  _ZN6google8protobuf11MessageLite14ParseFromArrayEPKvi: c<
    (message: Address, bytes: Uint8Array, sizeBytes: number) => boolean
  >('bool _ZN6google8protobuf11MessageLite14ParseFromArrayEPKvi(void *message, const void *bytes, int size)'),
  _ZN3tsl15ProfilerSession6CreateERKN10tensorflow14ProfileOptionsE: c<(options: Address) => Returned>(
    'TFD_Returned _ZN3tsl15ProfilerSession6CreateERKN10tensorflow14ProfileOptionsE(const void *options)',
  ),
  _ZN3tsl15ProfilerSession11CollectDataEPN10tensorflow8profiler6XSpaceE: c<
    (session: Address, space: Address) => Returned
  >('TFD_Returned _ZN3tsl15ProfilerSession11CollectDataEPN10tensorflow8profiler6XSpaceE(void *session, void *space)'),
  _ZN3tsl15ProfilerSessionD1Ev: c<(session: Address) => void>('void _ZN3tsl15ProfilerSessionD1Ev(void *session)'),
  _ZN10tensorflow8profiler6XSpaceC1EPN6google8protobuf5ArenaE: c<(space: Address, arena: null) => void>(
    'void _ZN10tensorflow8profiler6XSpaceC1EPN6google8protobuf5ArenaE(void *space, void *arena)',
  ),
  _ZN10tensorflow8profiler6XSpaceD1Ev: c<(space: Address) => void>(
    'void _ZN10tensorflow8profiler6XSpaceD1Ev(void *space)',
  ),
  _ZNK10tensorflow8profiler6XSpace12ByteSizeLongEv: c<(space: Address) => number>(
    'size_t _ZNK10tensorflow8profiler6XSpace12ByteSizeLongEv(const void *space)',
  ),
  _ZNK6google8protobuf11MessageLite16SerializeToArrayEPvi: c<
    (message: Address, target: Uint8Array, sizeBytes: number) => boolean
  >('bool _ZNK6google8protobuf11MessageLite16SerializeToArrayEPvi(const void *message, void *target, int size)'),
};
