/** One rank of the scenarios of collectives-memory.test.ts, in a process of its own: scenario, rank, size. */
import { createHash } from 'node:crypto';
import type { CommunicatorId } from '../../src/native/bindings/collectives.ts';
import type { EagerTensorHandle } from '../../src/native/index.ts';
import { codecs, type DtypeName } from './dtypeCodecs.ts';
import { dtypes, newContext, newTensor, takeValues, TestGraph } from './rawTensorFlow.ts';
import { failureOf, scalar } from './reduce.ts';
import { formRing, native, ok, report, statsOf } from './ring.ts';

const rank = Number(process.argv[3]);
const size = Number(process.argv[4]);
native(); // registers the ops
const context = newContext();

/**
 * Tensors of a bucket. Together they are longer than all buffers of the shared memory where an element has 8 bytes, and
 * chunks begin and end in the midst of them.
 */
const lengths = [3, 50_001, 0, 1, 33_333];
const reductions = ['sum', 'mean', 'min', 'max'] as const;

/** How far a result may be from the exact one: the rounding of the dtype. */
const tolerance = { float: 2e-5, double: 1e-13, int32: 0, int64: 0, half: 0.04, bfloat16: 0.3 };

const scenarios: Record<string, () => Promise<void>> = { buckets, mixed, disagreeing };
await scenarios[process.argv[2] ?? '']?.();
process.exit(0);

/** Every dtype and reduction of a large bucket and of a small tensor, in turn. */
async function buckets(): Promise<void> {
  const ring = await formRing('ring', rank, size);
  for (const dtype of Object.keys(codecs) as DtypeName[]) report(rank, { [dtype]: await reduceBuckets(ring, dtype) });
  report(rank, { sharesMemory: statsOf(ring).sharesMemory });
  ok(native().tfd_communicator_free(ring));
}

/** What of the results is wrong, and a hash of their bits. */
async function reduceBuckets(ring: CommunicatorId, dtype: DtypeName) {
  const graph = new TestGraph();
  const inputs = lengths.map((length) => graph.placeholder(dtypes[dtype], [length]));
  const small = graph.placeholder(dtypes[dtype], [5]);
  const communicator = graph.placeholder(dtypes.int64, []);
  let after = graph.op('TfdBarrier', { inputs: [communicator] });
  const outputs = reductions.flatMap((reduction) => {
    const attributes = { reduction };
    const bucket = (after = graph.op('TfdAllReduce', { inputs: [inputs, communicator], attributes, after }));
    after = graph.op('TfdAllReduce', { inputs: [[small], communicator], attributes, after });
    return [...lengths.map((_, index) => ({ oper: bucket, index })), { oper: after, index: 0 }];
  });
  const run = graph.toFunction(context, `buckets_${dtype}`, outputs);
  const { encode, decode, allocate } = codecs[dtype];
  const all = [...lengths, 5];
  const values = all.map((length) => Array.from({ length: size }, (_, ofRank) => valuesOf(ofRank, length, dtype)));
  const feeds = all.map((length, i) => newTensor(dtypes[dtype], [length], encode(values[i]?.[rank] ?? [])));
  const results = await run(...feeds, scalar(ring));
  const hash = createHash('sha256');
  const wrong: string[] = [];
  for (const [index, result] of results.entries()) {
    const length = all[index % all.length] ?? 0;
    const reduction = reductions[Math.floor(index / all.length)] ?? 'sum';
    const received = takeValues(result, allocate(length));
    hash.update(new Uint8Array(received.buffer));
    const expected = reduceValues(values[index % all.length] ?? [], reduction, dtype);
    const decoded = decode(received);
    const at = expected.findIndex((value, i) => !(Math.abs(value - (decoded[i] ?? NaN)) <= tolerance[dtype]));
    if (at >= 0)
      wrong.push(`${reduction} of ${length}: [${at}] is ${String(decoded[at])}, not ${String(expected[at])}`);
  }
  return { wrong, bits: hash.digest('hex') };
}

/** Values that every dtype holds exactly; where it can, values whose sums must be rounded. */
function valuesOf(ofRank: number, length: number, dtype: DtypeName): number[] {
  const factor = dtype === 'double' ? 0.37 : dtype === 'float' ? Math.fround(0.37) : 1;
  const values = Array.from({ length }, (_, i) => factor * (((7 * i + 3 * ofRank + (i >> 10)) % 23) - 11));
  return dtype === 'float' ? values.map(Math.fround) : values;
}

function reduceValues(perRank: number[][], reduction: (typeof reductions)[number], dtype: DtypeName): number[] {
  const combine = { sum: add, mean: add, min: Math.min, max: Math.max }[reduction];
  const combined = perRank.reduce((a, b) => a.map((value, i) => combine(value, b[i] ?? NaN)));
  if (reduction !== 'mean') return combined;
  const mean = combined.map((value) => value / size);
  return dtype === 'int32' || dtype === 'int64' ? mean.map(Math.trunc) : mean;
}

function add(a: number, b: number): number {
  return a + b;
}

/** One rank that may not share memory, and one that finds another segment than the one it was told of. */
async function mixed(): Promise<void> {
  const reduce = reducer(100_000);
  const variable = 'TFJS_DISTRIBUTE_SHARED_MEMORY';
  const off = process.env[variable];
  if (rank === 1) process.env[variable] = 'off';
  const oneOff = await formRing('one rank is off', rank, size);
  if (off === undefined) Reflect.deleteProperty(process.env, variable);
  else process.env[variable] = off;
  const stranger = await formRing('a stranger', rank, size, undefined, (addresses) => {
    const last = addresses[1]?.length ?? 0;
    if (rank === 0) addresses[1]?.fill(0, last - 16); // the nonce
  });
  const usual = await formRing('usual', rank, size);
  for (const [name, ring] of Object.entries({ oneOff, stranger, usual })) {
    report(rank, { [name]: [await reduce(ring), statsOf(ring).sharesMemory] });
    ok(native().tfd_communicator_free(ring));
  }
}

/** Ranks that differ in what they reduce: by length, dtype, reduction and tag; small and large. */
async function disagreeing(): Promise<void> {
  const odd = rank === 1;
  const variants = {
    small: reducer(odd ? 4 : 3),
    large: reducer(odd ? 300_001 : 300_000),
    smallAndLarge: reducer(odd ? 3 : 300_000),
    dtype: reducer(100_000, { dtype: odd ? 'int32' : 'float' }),
    reduction: reducer(100_000, { reduction: odd ? 'max' : 'sum' }),
    tag: reducer(100_000, { tag: odd ? 5 : 4 }),
  };
  for (const [name, reduce] of Object.entries(variants)) {
    const ring = await formRing(name, rank, size);
    const start = performance.now();
    const failure = await failureOf(reduce(ring));
    report(rank, { [name]: { failure, afterMs: performance.now() - start } });
    ok(native().tfd_communicator_free(ring));
  }
}

interface ReducerOptions {
  readonly dtype?: DtypeName;
  readonly reduction?: string;
  readonly tag?: number;
}

/** A traced all-reduce of `length` values of (rank + 1); resolves to the last one of the result. */
function reducer(length: number, { dtype = 'float', reduction = 'sum', tag = 0 }: ReducerOptions = {}) {
  const graph = new TestGraph();
  const [x, communicator] = [graph.placeholder(dtypes[dtype], [length]), graph.placeholder(dtypes.int64, [])];
  const oper = graph.op('TfdAllReduce', { inputs: [[x], communicator], attributes: { reduction, tag } });
  const name = `reduce_${dtype}_${length}_${reduction}_${tag}_of_${rank}`;
  const run = graph.toFunction(context, name, [{ oper, index: 0 }]);
  const { encode, decode, allocate } = codecs[dtype];
  const input = newTensor(dtypes[dtype], [length], encode(Array.from({ length }, () => rank + 1)));
  return async (ring: CommunicatorId): Promise<number> => {
    const [result] = await run(input, scalar(ring));
    return decode(takeValues(result as EagerTensorHandle, allocate(length)))[length - 1] ?? NaN;
  };
}
