/** One rank of the scenarios of collectives-native.test.ts, in a process of its own: scenario, rank, size. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CommunicatorId } from '../../src/native/bindings/collectives.ts';
import { library, type EagerTensorHandle } from '../../src/native/index.ts';
import { codecs, type DtypeName } from './dtypeCodecs.ts';
import { dtypes, newContext, newTensor, takeValues, TestGraph } from './rawTensorFlow.ts';
import { failureOf, scalar } from './reduce.ts';
import { addressesOf, connect, create, formRing, native, ok, report, statsOf } from './ring.ts';

const rank = Number(process.argv[3]);
const size = Number(process.argv[4]);
native(); // registers the ops
const context = newContext();

const scenarios: Record<string, () => Promise<void>> = { results, failures, waiting, killed, reforming };
await scenarios[process.argv[2] ?? '']?.();
process.exit(0);

/** Every op, dtype and reduction, with values that the test computes itself. */
async function results(): Promise<void> {
  const ring = await formRing('ring', rank, size);
  for (const dtype of Object.keys(codecs) as DtypeName[]) await reduceEveryWay(ring, dtype);
  await exchangeFloats(ring);
  report(rank, { stats: statsOf(ring) });
  ok(native().tfd_communicator_free(ring));
}

/** One tensor alone, and two as a bucket, by each reduction: in one traced function. */
async function reduceEveryWay(ring: CommunicatorId, dtype: DtypeName): Promise<void> {
  const type = dtypes[dtype];
  const graph = new TestGraph();
  const [x, y] = [graph.placeholder(type, [4]), graph.placeholder(type, [2, 1])];
  const communicator = graph.placeholder(dtypes.int64, []);
  const outputs = [];
  let after;
  for (const reduction of ['sum', 'mean', 'min', 'max']) {
    const alone = graph.op('TfdAllReduce', {
      inputs: [[x], communicator],
      attributes: { reduction, tag: 1 },
      ...afterwards(after),
    });
    after = graph.op('TfdAllReduce', {
      inputs: [[x, y], communicator],
      attributes: { reduction, tag: 2 },
      after: alone,
    });
    outputs.push({ oper: alone, index: 0 }, { oper: after, index: 0 }, { oper: after, index: 1 });
  }
  const run = graph.toFunction(context, `reduce_${dtype}`, outputs);
  const { encode, decode, allocate } = codecs[dtype];
  const values = await run(
    newTensor(type, [4], encode([rank + 1, -3 * rank, 5, 2048 + 2 * rank])),
    newTensor(type, [2, 1], encode([256 + rank, 7 - rank])),
    scalar(ring),
  );
  report(rank, { [dtype]: values.map((handle, i) => decode(takeValues(handle, allocate(i % 3 === 2 ? 2 : 4)))) });
}

function afterwards<T>(after: T | undefined): { after: T } | object {
  return after === undefined ? {} : { after };
}

/** The ops that move data, NaN, and a tensor that is long enough for the ring. */
async function exchangeFloats(ring: CommunicatorId): Promise<void> {
  const long = 100_003;
  const graph = new TestGraph();
  const [matrix, vector, parts] = [
    graph.placeholder(1, [2, 3]),
    graph.placeholder(1, [long]),
    graph.placeholder(1, [2 * size]),
  ];
  const communicator = graph.placeholder(dtypes.int64, []);
  const gathered = graph.op('TfdAllGather', { inputs: [matrix, communicator] });
  const negative = { oper: graph.op('Neg', { inputs: [vector] }), index: 0 }; // a temporary, reduced in place
  const reduced = graph.op('TfdAllReduce', {
    inputs: [[negative], communicator],
    attributes: { reduction: 'mean' },
    after: gathered,
  });
  const scattered = graph.op('TfdReduceScatter', {
    inputs: [parts, communicator],
    attributes: { reduction: 'mean' },
    after: reduced,
  });
  const sent = graph.op('TfdBroadcast', {
    inputs: [[matrix, vector], communicator],
    attributes: { root: 1 },
    after: scattered,
  });
  const largest = graph.op('TfdAllReduce', {
    inputs: [[parts], communicator],
    attributes: { reduction: 'max' },
    after: sent,
  });
  const barrier = graph.op('TfdBarrier', { inputs: [communicator], after: largest });
  const outputs = [gathered, reduced, scattered, sent, largest].map((oper) => ({ oper, index: 0 }));
  report(rank, { shapes: outputs.map((output) => graph.shapeOf(output)) });
  const run = graph.toFunction(context, 'exchange', outputs, [barrier]);
  const [all, mean, part, root, max] = await run(
    newTensor(
      1,
      [2, 3],
      Float32Array.from([0, 1, 2, 3, 4, 5], (i) => 10 * rank + i),
    ),
    newTensor(
      1,
      [long],
      Float32Array.from({ length: long }, (_, i) => rank + (i % 10)),
    ),
    newTensor(
      1,
      [2 * size],
      Float32Array.from({ length: 2 * size }, (_, i) => (i === 1 && rank === 0 ? NaN : i + rank)),
    ),
    scalar(ring),
  );
  const means = takeValues(mean as EagerTensorHandle, new Float32Array(long));
  report(rank, {
    gathered: [...takeValues(all as EagerTensorHandle, new Float32Array(6 * size))],
    meanIsRight: means.every((value, i) => Math.abs(value + (size - 1) / 2 + (i % 10)) < 1e-5),
    scattered: [...takeValues(part as EagerTensorHandle, new Float32Array(2))].map(String),
    sent: [...takeValues(root as EagerTensorHandle, new Float32Array(6))],
    largest: [...takeValues(max as EagerTensorHandle, new Float32Array(2 * size))].map(String),
  });
}

/** What a wrong number, a lost communicator and ranks that disagree come to. */
async function failures(): Promise<void> {
  const reduce = reducer(3);
  report(rank, { unknown: await failureOf(reduce(999 as CommunicatorId)) });

  const freed = await formRing('freed', rank, size);
  await reduce(freed);
  ok(native().tfd_communicator_free(freed));
  report(rank, { freed: await failureOf(reduce(freed)), freedTwice: native().tfd_communicator_free(freed) });

  // Rank 0 stays away; the others are told to end it, and rank 0 learns it from them.
  const aborted = await formRing('aborted', rank, size);
  const pending = rank === 0 ? sleep(400).then(() => failureOf(reduce(aborted))) : failureOf(reduce(aborted));
  await sleep(200);
  const abortedAt = performance.now();
  if (rank !== 0) ok(native().tfd_communicator_abort(aborted, 'rank 0 is silent'));
  report(rank, { aborted: await pending, endedAfterMs: performance.now() - abortedAt });
  ok(native().tfd_communicator_free(aborted));

  const uneven = await formRing('uneven', rank, size, 500);
  report(rank, { uneven: await failureOf(reducer(3 + rank)(uneven)) });
  ok(native().tfd_communicator_free(uneven));

  // A peer that published its address and went: refused, or waited for until the abort.
  const [alone, gone] = [create(0, 2), create(1, 2)];
  const addresses = Buffer.concat([addressesOf(alone), addressesOf(gone)]);
  ok(native().tfd_communicator_free(gone));
  const connecting = failureOf(connect(alone, addresses));
  await sleep(100);
  ok(native().tfd_communicator_abort(alone, 'the peer is gone'));
  report(rank, { connecting: await connecting, wrongLength: await failureOf(connect(create(0, 2), Buffer.alloc(3))) });
}

/** Collectives that wait for a late rank leave TensorFlow's threads to others. */
async function waiting(): Promise<void> {
  const ring = await formRing('waiting', rank, size);
  const numWaiting = 16;
  const graph = new TestGraph();
  const [x, communicator] = [graph.placeholder(1, [4]), graph.placeholder(dtypes.int64, [])];
  const outputs = Array.from({ length: numWaiting }, () => ({
    oper: graph.op('TfdAllReduce', { inputs: [[x], communicator] }),
    index: 0,
  }));
  const wait = graph.toFunction(context, 'wait', outputs);
  const other = new TestGraph();
  const y = other.placeholder(1, [1000]);
  const compute = other.toFunction(
    context,
    'compute',
    [0, 1, 2, 3].map(() => ({ oper: other.op('Exp', { inputs: [y] }), index: 0 })),
  );
  const input = newTensor(1, [1000], new Float32Array(1000));
  await compute(input);
  if (rank === 1) await sleep(800);
  const waitingFor = wait(newTensor(1, [4], new Float32Array(4)), scalar(ring));
  await sleep(100);
  const start = performance.now();
  await compute(input);
  report(rank, { computeMs: performance.now() - start });
  await waitingFor;
  ok(native().tfd_communicator_free(ring));
}

/** The last rank is killed while the others wait for it. */
async function killed(): Promise<void> {
  const ring = await formRing('killed', rank, size);
  const reduce = reducer(100_000);
  for (let i = 0; i < 5; i++) await reduce(ring);
  if (rank === size - 1) {
    await sleep(100);
    report(rank, { diedAt: Date.now() });
    await sleep(50); // for the report to leave
    process.kill(process.pid, 'SIGKILL');
  }
  report(rank, { failure: await failureOf(reduce(ring)), noticedAt: Date.now(), later: await failureOf(reduce(ring)) });
  ok(native().tfd_communicator_free(ring));
  if (rank === size - 1) return;
  const survivors = await formRing('survivors', rank, size - 1);
  report(rank, { afterwards: await reduce(survivors) });
  ok(native().tfd_communicator_free(survivors));
}

/** Two hundred rings, one after the other, through one traced function. */
async function reforming(): Promise<void> {
  const reduce = reducer(1000);
  const sums = new Set<number>();
  for (let i = 0; i < 220; i++) {
    const ring = await formRing(`ring ${i}`, rank, size);
    sums.add(await reduce(ring));
    ok(native().tfd_communicator_free(ring));
    if (i === 19) report(rank, { before: footprint() });
  }
  report(rank, { after: footprint(), sums: [...sums] });
}

function footprint(): Record<string, number> {
  const threads = /Threads:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return {
    rssBytes: process.memoryUsage.rss(),
    threads: Number(threads),
    files: readdirSync('/proc/self/fd').length,
    segments: readFileSync('/proc/self/maps', 'utf8').split('/memfd:tfjs-distribute').length - 1,
  };
}

/** A traced all-reduce of `length` floats; resolves to the first one of the sum of (rank + 1). */
function reducer(length: number): (ring: CommunicatorId) => Promise<number> {
  const graph = new TestGraph();
  const [x, communicator] = [graph.placeholder(1, [length]), graph.placeholder(dtypes.int64, [])];
  const output = { oper: graph.op('TfdAllReduce', { inputs: [[x], communicator] }), index: 0 };
  const run = graph.toFunction(context, `reduce_${length}_of_${rank}`, [output]);
  const input = newTensor(1, [length], new Float32Array(length).fill(rank + 1));
  return async (ring) => {
    const number = scalar(ring);
    const [sum] = await run(input, number).finally(() => {
      library().TFE_DeleteTensorHandle(number);
    });
    return takeValues(sum as EagerTensorHandle, new Float32Array(length))[0] ?? NaN;
  };
}
