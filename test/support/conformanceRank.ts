/** One rank of the scenarios of collectives.test.ts, in a process of its own: scenario, rank, size, transport. */
import { setTimeout as sleep } from 'node:timers/promises';
import { formGroup, type Communication, type Communicator } from '../../src/collectives/index.ts';
import * as tf from '../../src/index.ts';
import { Collectives } from '../../src/strategy/index.ts';
import { dtypes, gradientCases, mistakes, valueCases, type Dtype } from './conformanceCases.ts';
import { exchange, report } from './ring.ts';

const [scenario = '', rank, size] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const communication = process.env['TEST_COMMUNICATION'] as Communication;
/** Far longer than any test: what ends before has been noticed. */
const collectiveTimeoutMs = 120_000;

/** An eager call is a compiled function of one collective: these show it, and each costs a trace. */
const eagerDtypes: ReadonlySet<Dtype> = new Set(['float32', 'int64', 'bool']);

const scenarios: Record<string, () => Promise<void>> = { values, disagreeing, dying };
await scenarios[scenario]?.();
process.exit(0);

/** The group of these ranks that has this name. */
async function form(name: string, ownRank = rank, numRanks = size): Promise<Communicator> {
  return formGroup(communication, {
    rank: ownRank,
    size: numRanks,
    address: '127.0.0.1',
    connectTimeoutMs: 20_000,
    collectiveTimeoutMs,
    exchange: (topic, value) => exchange(`${name}/${topic}`, ownRank, numRanks, value),
  });
}

function collectivesOf(communicator: Communicator): Collectives {
  return new Collectives(
    () => communicator,
    () => Promise.resolve(),
  );
}

/** Every collective in every dtype: many in one compiled function, and one by one outside; then the gradients. */
async function values(): Promise<void> {
  const group = await form('values');
  const collectives = collectivesOf(group);
  const wrong: string[] = [];
  let numCases = 0;
  const compare = async (name: string, result: tf.Tensor, expected: readonly number[], shape: readonly number[]) => {
    const received = Array.from(await result.data<'int32'>(), Number);
    const isRight = received.length === expected.length && received.every((value, i) => value === expected[i]);
    if (!isRight || result.shape.join() !== shape.join()) {
      wrong.push(
        `${name}: [${result.shape.join()}] ${received.slice(0, 12).join(' ')}, not ${expected.slice(0, 12).join(' ')}`,
      );
    }
    numCases++;
    result.dispose();
  };
  for (const dtype of dtypes) {
    const cases = valueCases(dtype, rank, size, group.transport);
    const inputs = cases.map(({ input, shape }) => make(input, shape, dtype));
    const inFlight = tf.function((...given: tf.Tensor[]) =>
      given.map((value, i) => cases[i]?.traced(collectives, value)),
    );
    const together = await inFlight(...inputs);
    for (const [i, { name, expected, resultShape, isLarge, eager }] of cases.entries()) {
      await compare(`traced ${name}`, together[i] as tf.Tensor, expected, resultShape);
      if (isLarge ? dtype !== 'float32' : !eagerDtypes.has(dtype)) continue;
      await compare(`eager ${name}`, await eager(collectives.eager, inputs[i] as tf.Tensor), expected, resultShape);
    }
    tf.dispose(inputs);
    inFlight.dispose();
  }
  await collectives.eager.barrier();
  for (const { name, shape, run, expected } of gradientCases(rank, size, group.transport)) {
    const step = tf.function((x: tf.Tensor) => tf.grad((value: tf.Tensor) => run(collectives, value))(x));
    await compare(`gradient of ${name}`, await step(tf.ones(shape)), expected, shape);
  }
  const withoutGradient = tf.function((x: tf.Tensor) => tf.grad((v: tf.Tensor) => collectives.allReduce(v, 'max'))(x));
  report(rank, {
    transport: group.transport,
    numCases,
    wrong,
    withoutGradient: await codeOf(withoutGradient(tf.ones([2]))),
    blocking: await codeOf(Promise.resolve().then(() => collectives.allReduce(tf.ones([2]), 'sum'))),
    uneven: await codeOf(collectives.eager.allToAll(tf.ones([size + 1]))),
    truth: await codeOf(collectives.eager.allReduce(tf.tensor1d([true]), 'sum')),
    root: await codeOf(collectives.eager.broadcast(tf.ones([2]), size)),
  });
  group.close();
}

/** Ranks that call different collectives are told so, all of them; each time a new group. */
async function disagreeing(): Promise<void> {
  for (const { name, run } of mistakes(rank, size)) {
    const group = await form(name);
    const start = performance.now();
    const failure = await failureOf(run(collectivesOf(group).eager));
    report(rank, { [name]: { ...failure, afterMs: performance.now() - start } });
    group.close();
  }
}

/** Ranks 0 and 1 wait in a collective for another rank, which is killed: one of those after rank 1 for each. */
async function dying(): Promise<void> {
  const all = ['allReduce', 'allGather', 'reduceScatter', 'broadcast', 'allToAll', 'barrier'] as const;
  for (const [i, method] of all.slice(0, size - 2).entries()) {
    const victim = 2 + i;
    if (rank > 1 && rank !== victim) continue;
    const group = await form(method, Math.min(rank, 2), 3);
    const { eager } = collectivesOf(group);
    await eager.allReduce(tf.ones([3]), 'sum');
    if (rank === victim) {
      await sleep(150);
      report(rank, { diedAt: Date.now() });
      await sleep(50); // for the report to leave
      process.kill(process.pid, 'SIGKILL');
    }
    const waiting =
      method === 'barrier'
        ? eager.barrier()
        : method === 'broadcast'
          ? eager.broadcast(tf.ones([300_000]), 2)
          : eager[method](tf.ones([300_000]), 'sum');
    report(rank, { [method]: { ...(await failureOf(waiting)), noticedAt: Date.now() } });
    group.close();
  }
}

function make(values: readonly number[], shape: readonly number[], dtype: Dtype): tf.Tensor {
  return tf.tensor(Int32Array.from(values), [...shape], 'int32').cast(dtype);
}

async function failureOf(promise: Promise<unknown>): Promise<{ kind: string; code: string; message: string }> {
  try {
    await promise;
    return { kind: '', code: '', message: '' };
  } catch (error) {
    const { code } = error as { code?: string };
    return { kind: (error as Error).constructor.name, code: code ?? '', message: (error as Error).message };
  }
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await failureOf(promise)).code;
}
