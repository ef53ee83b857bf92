/** TensorFlow's profiler: notes what every thread does, from its start until its data are collected. */
import koffi from 'koffi';
import { EnvironmentError } from '../base/errors.ts';
import { bindCxx } from './bindCxx.ts';
import { profiler, returnedType, type Returned } from './bindings/profiler.ts';
import type { BoundTable } from './bindings/declare.ts';
import type { Address } from './bindings/handles.ts';

type Profiler = BoundTable<typeof profiler>;

/** Room for one of TensorFlow's messages or sessions; they have some dozens of bytes. */
const objectBytes = 4096;

/** Fields of `tensorflow.ProfileOptions`: version 1; everything on the host, the cheapest operations too; devices. */
const options = { version: [5, 1], hostTracerLevel: [2, 3], deviceTracerLevel: [3, 1] } as const;

let bound: Profiler | undefined;

export class ProfilerSession {
  readonly #native: Profiler;
  readonly #session: Address;

  /** Starts. Only one session may be active in a process. */
  constructor() {
    if (bound === undefined) {
      koffi.struct('TFD_Returned', returnedType);
      bound = bindCxx('tf.profile()', profiler);
    }
    this.#native = bound;
    const settings = allocate();
    this.#native._ZN10tensorflow14ProfileOptionsC1EPN6google8protobuf5ArenaE(settings, null);
    const bytes = Uint8Array.from(Object.values(options).flatMap(([field, value]) => [field << 3, value]));
    this.#native._ZN6google8protobuf11MessageLite14ParseFromArrayEPKvi(settings, bytes, bytes.length);
    const { first } = this.#native._ZN3tsl15ProfilerSession6CreateERKN10tensorflow14ProfileOptionsE(settings);
    this.#session = BigInt(first) as Address;
    this.#native._ZN10tensorflow14ProfileOptionsD1Ev(settings);
    free(settings);
  }

  /** Ends, and gives what was noted: a serialized `XSpace`. Collected on another thread. */
  async finish(): Promise<Uint8Array> {
    const space = allocate();
    this.#native._ZN10tensorflow8profiler6XSpaceC1EPN6google8protobuf5ArenaE(space, null);
    try {
      const { first } = await this.#collect(space);
      // The status OK is no pointer but the number 1.
      if (BigInt(first) !== 1n) throw notCollected();
      const bytes = new Uint8Array(this.#native._ZNK10tensorflow8profiler6XSpace12ByteSizeLongEv(space));
      this.#native._ZNK6google8protobuf11MessageLite16SerializeToArrayEPvi(space, bytes, bytes.length);
      return bytes;
    } finally {
      this.#native._ZN10tensorflow8profiler6XSpaceD1Ev(space);
      free(space);
      this.#native._ZN3tsl15ProfilerSessionD1Ev(this.#session);
      free(this.#session);
    }
  }

  #collect(space: Address): Promise<Returned> {
    return new Promise((resolve, reject) => {
      this.#native._ZN3tsl15ProfilerSession11CollectDataEPN10tensorflow8profiler6XSpaceE.async(
        this.#session,
        space,
        (error, result) => {
          if (error === null) resolve(result);
          else reject(error);
        },
      );
    });
  }
}

function allocate(): Address {
  const calloc = koffi.load(null).func('void *calloc(size_t count, size_t size)') as (n: number, s: number) => Address;
  return calloc(1, objectBytes);
}

function free(address: Address): void {
  (koffi.load(null).func('void free(void *address)') as (address: Address) => void)(address);
}

function notCollected(): EnvironmentError {
  return new EnvironmentError({
    code: 'TFD_PROFILE_FAILED',
    rule: "TensorFlow's profiler could not collect its data.",
    remedy: 'End other profilers of this process, for example one that was started through its server.',
  });
}
