/** Training on several workers, in real processes: the same result as on one, and a clear end when one dies. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runWorkers, type WorkersOutcome } from './workers/runWorkers.ts';

const timeout = 120_000;

interface Parity {
  readonly rank: number;
  readonly transport?: string;
  readonly losses: number[];
  readonly weights: number[];
  readonly history: Record<string, number[]>;
}

let alone: Parity | undefined;

/** Adding 24 gradients in another order changes the last of 7 digits; 20 steps of Adam carry that a little further. */
const tolerance = 1e-4;

for (const { numWorkers, transport, env } of [
  { numWorkers: 1, transport: undefined, env: {} },
  { numWorkers: 2, transport: 'shared-memory', env: {} },
  { numWorkers: 3, transport: 'shared-memory', env: {} },
  { numWorkers: 5, transport: 'shared-memory', env: {} },
  { numWorkers: 2, transport: 'gloo', env: { TFJS_DISTRIBUTE_SHARED_MEMORY: 'off' } },
  { numWorkers: 2, transport: 'ring', env: { TFJS_DISTRIBUTE_COLLECTIVES: 'none' } },
]) {
  test(`the loss curve on ${numWorkers} worker(s) over ${transport ?? 'nothing'}`, { timeout }, async (t) => {
    const outcome = await runWorkers(t, './parity.ts', { numWorkers, env });
    assert.equal(outcome.code, 0, outcome.stderr);
    const results = outcome.results as unknown as Parity[];
    assert.equal(results.length, numWorkers);
    const [chief] = results as [Parity];
    assert.equal(chief.losses.length, 20);
    assert.ok((chief.losses.at(-1) as number) < 0.5 * (chief.losses[0] as number), 'the loss must fall');
    for (const result of results) {
      assert.equal(result.transport, transport);
      assert.deepEqual(result.losses, chief.losses, 'every rank reports the same losses');
      assert.deepEqual(result.weights, chief.weights, 'every rank has the same weights, bit by bit');
      assert.deepEqual(result.history, chief.history);
    }
    if (transport === 'ring') assert.match(outcome.stderr, /no library of collectives/);
    alone ??= chief;
    assertClose(chief.losses, alone.losses);
    assertClose(chief.weights, alone.weights);
    for (const [name, values] of Object.entries(alone.history)) assertClose(chief.history[name] ?? [], values);
  });
}

test('a loop of one’s own: run and reduce', { timeout }, async (t) => {
  const { code, results, stderr } = await runWorkers(t, './customLoop.ts', { numWorkers: 2 });
  assert.equal(code, 0, stderr);
  // By hand: both start from the chief's 0, and the mean gradient is -(1 * 2 * (3 - w) + 4 * 2 * (3 - w)) / 2.
  let weight = 0;
  const losses = Array.from({ length: 20 }, () => {
    const loss = ((3 - weight) ** 2 + (6 - 2 * weight) ** 2) / 2;
    weight += 0.1 * 5 * (3 - weight);
    return loss;
  });
  for (const result of results) {
    assertClose(result['losses'] as number[], losses, 1e-5);
    assertClose([result['weight'] as number], [weight], 1e-5);
  }
  assert.equal(results.length, 2);
});

for (const { way, code, reason, env = {} } of [
  { way: 'kill', code: 137, reason: /Worker 1 \(process \d+\) was killed by SIGKILL/ },
  {
    way: 'kill',
    code: 137,
    reason: /Worker 1 \(process \d+\) was killed by SIGKILL/,
    env: { TFJS_DISTRIBUTE_COLLECTIVES: 'none' },
  },
  { way: 'exit', code: 3, reason: /Worker 1 \(process \d+\) ended with exit code 3/ },
  { way: 'throw', code: 1, reason: /Worker 1 \(process \d+\) ended with exit code 1[^]*this worker gives up/ },
]) {
  const transport = Object.keys(env).length === 0 ? 'shared memory' : "TensorFlow's ring";
  test(`a worker that dies (${way}) while training over ${transport} ends the others`, { timeout }, async (t) => {
    const outcome = await runWorkers(t, './dies.ts', { numWorkers: 3, args: [way], env });
    assert.equal(outcome.code, code, outcome.stderr);
    assert.match(outcome.stderr, reason);
    assert.ok(outcome.ms < 40_000, `it took ${outcome.ms} ms`);
    assertNoCrash(outcome);
  });
}

test('Ctrl-C ends training on all workers at the same step, and the scripts go on', { timeout }, async (t) => {
  let interrupted = false;
  const outcome = await runWorkers(t, './interrupted.ts', {
    numWorkers: 2,
    onOutput: (text, supervisor) => {
      if (interrupted || !text.includes('training')) return;
      interrupted = true;
      supervisor.kill('SIGINT');
    },
  });
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.match(outcome.stderr, /Stopped by Ctrl-C/);
  const [first, second] = outcome.results;
  assert.ok((first?.['numSteps'] as number) > 0);
  assert.deepEqual(first, second);
  assertNoCrash(outcome);
});

test('a signal that one worker aborts ends training and evaluation on all of them', { timeout }, async (t) => {
  const outcome = await runWorkers(t, './aborted.ts', { numWorkers: 2 });
  assert.equal(outcome.code, 0, outcome.stderr);
  const [first, second] = outcome.results;
  assert.deepEqual(
    [first, second].map((result) => [result?.['fit'], result?.['evaluate'], result?.['refit'], result?.['numEpochs']]),
    [
      ['AbortError', 'AbortError', 'AbortError', 1],
      ['RangeError', 'RangeError', 'RangeError', 1],
    ],
  );
  assert.equal(first?.['numSteps'], second?.['numSteps']);
  assertNoCrash(outcome);
});

test('more workers than the data has batches', { timeout }, async (t) => {
  const outcome = await runWorkers(t, './tooFew.ts', { numWorkers: 2 });
  assert.equal(outcome.code, 1);
  assert.match(outcome.stderr, /TFD_TOO_FEW_BATCHES/);
});

function assertClose(actual: readonly number[], expected: readonly number[], within = tolerance): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, index) => {
    const wanted = expected[index] as number;
    const error = Math.abs(value - wanted) / Math.max(1, Math.abs(wanted));
    assert.ok(error <= within, `number ${index}: ${value}, expected ${wanted} within ${within}`);
  });
}

function assertNoCrash({ stderr }: WorkersOutcome): void {
  assert.doesNotMatch(stderr, /SIGSEGV|SIGABRT|core dumped|pure virtual/);
}
