/** Which worker a process is, from its environment variables. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/base/errors.ts';
import { resolveWorker, toLauncherVariables } from '../../src/cluster/index.ts';

const timeout = 5000;
const worker = {
  rank: 2,
  worldSize: 4,
  localRank: 0,
  localWorldSize: 2,
  jobId: 'job-1',
  rendezvous: { host: '::1', port: 4711, token: 'secret' },
};

function failure(changes: NodeJS.ProcessEnv): UserError {
  try {
    resolveWorker({ ...toLauncherVariables(worker), ...changes });
  } catch (error) {
    assert(error instanceof UserError);
    assert.equal(error.code, 'TFD_CLUSTER_VARIABLE');
    return error;
  }
  throw new assert.AssertionError({ message: `accepted ${JSON.stringify(changes)}` });
}

test('without any cluster a process is a lone worker', { timeout }, () => {
  const lone = resolveWorker({ PATH: '/bin' });
  assert.deepEqual(lone, { rank: 0, worldSize: 1, localRank: 0, localWorldSize: 1, jobId: 'local' });
});

test('what the launcher writes is what a worker reads', { timeout }, () => {
  assert.deepEqual(resolveWorker(toLauncherVariables(worker)), worker);
});

test('a malformed variable is named, with its value and the rule', { timeout }, () => {
  const cases: [name: string, value: string, rule: RegExp][] = [
    ['TFJS_DISTRIBUTE_RANK', 'one', /whole number/],
    ['TFJS_DISTRIBUTE_RANK', '4', /smaller than TFJS_DISTRIBUTE_WORLD_SIZE/],
    ['TFJS_DISTRIBUTE_WORLD_SIZE', '0', /1 or more/],
    ['TFJS_DISTRIBUTE_LOCAL_RANK', '-1', /whole number/],
    ['TFJS_DISTRIBUTE_LOCAL_RANK', '2', /smaller than TFJS_DISTRIBUTE_LOCAL_WORLD_SIZE/],
    ['TFJS_DISTRIBUTE_JOB_ID', '', /must not be empty/],
    ['TFJS_DISTRIBUTE_RENDEZVOUS', 'localhost', /host:port/],
    ['TFJS_DISTRIBUTE_RENDEZVOUS', 'localhost:70000', /host:port/],
  ];
  for (const [name, value, rule] of cases) {
    const error = failure({ [name]: value });
    assert.match(error.rule, rule);
    assert.match(error.rule, new RegExp(`\\b${name}\\b`));
    assert.equal(error.received, JSON.stringify(value));
  }
});

test('a missing variable is named', { timeout }, () => {
  const error = failure({ TFJS_DISTRIBUTE_WORLD_SIZE: undefined });
  assert.match(error.message, /TFJS_DISTRIBUTE_WORLD_SIZE must be set/);
  assert.equal(error.received, 'nothing');
});
