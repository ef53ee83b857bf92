/** Workers without a launcher: rank 0 holds the place to meet, and a cluster's mistakes are named within seconds. */
import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { DistributeError } from '../../src/base/errors.ts';
import { joinRendezvous, type ClusterWorker, type JoinRendezvousOptions } from '../../src/cluster/index.ts';

const timeout = 10_000;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function makeCluster(t: TestContext, worldSize: number) {
  const rendezvous = { host: '127.0.0.1', port: await freePort(), token: 'job' };
  const said: string[] = [];
  const join = async (rank: number, changes: Partial<ClusterWorker> = {}, options: JoinRendezvousOptions = {}) => {
    const local = { localRank: rank, localWorldSize: worldSize, jobId: 'job', isSelfHosted: true } as const;
    const worker: ClusterWorker = { rank, worldSize, ...local, rendezvous, ...changes };
    const joined = await joinRendezvous(worker, { timeoutMs: 3000, say: (line) => said.push(line), ...options });
    t.after(() => joined.close());
    return joined;
  };
  return { join, said, port: rendezvous.port };
}

const failsWith = (code: string, words: RegExp) => (error: unknown) => {
  assert(error instanceof DistributeError);
  assert.equal(error.code, code);
  assert.match(error.message, words);
  return true;
};

test('rank 0 holds the place to meet, whoever comes first', { timeout }, async (t) => {
  const { join } = await makeCluster(t, 3);
  const joined = await Promise.all([join(2), join(1), join(0)]);
  await Promise.all(joined.map(({ store }) => store.barrier('start', 3, { timeoutMs: 2000 })));
  assert.deepEqual(
    joined.map(({ address }) => address),
    ['127.0.0.1', '127.0.0.1', '127.0.0.1'],
  );
});

test('a rank that is missing is named while the others wait', { timeout }, async (t) => {
  const { join, said, port } = await makeCluster(t, 4);
  const [{ store }] = await Promise.all([join(0, {}, { noticeMs: 100 }), join(2)]);
  await assert.rejects(
    store.barrier('start', 4, { timeoutMs: 500 }),
    failsWith('TFD_RENDEZVOUS_TIMEOUT', /not there: rank 1, 2, 3/),
  );
  assert.deepEqual(said, [`4 workers were to meet at 127.0.0.1:${port}; not there yet: rank 1, 3`]);
});

test('nobody is named when all are there', { timeout }, async (t) => {
  const { join, said } = await makeCluster(t, 2);
  const [{ store }] = await Promise.all([join(0, {}, { noticeMs: 200 }), join(1)]);
  await store.get('nobody sets this', { timeoutMs: 400 }).catch(() => undefined);
  assert.deepEqual(said, []);
});

test('a rank twice ends a cluster that has not formed yet, and all are told', { timeout }, async (t) => {
  const { join, said } = await makeCluster(t, 3);
  const [{ store }] = await Promise.all([join(0), join(1)]);
  const waiting = assert.rejects(
    store.barrier('start', 3),
    failsWith('TFD_RENDEZVOUS_ABORTED', /configuration is wrong: another process is already connected as rank 1/),
  );
  await assert.rejects(join(1), failsWith('TFD_RENDEZVOUS_REFUSED', /already connected as rank 1/));
  await waiting;
  assert.match(said.join('\n'), /127\.0\.0\.1 was refused: another process is already connected as rank 1/);
});

test('a stray process does not end a cluster that runs', { timeout }, async (t) => {
  const { join } = await makeCluster(t, 2);
  const joined = await Promise.all([join(0), join(1)]);
  await assert.rejects(join(1), failsWith('TFD_RENDEZVOUS_REFUSED', /already connected as rank 1/));
  await Promise.all(joined.map(({ store }) => store.barrier('still there', 2, { timeoutMs: 1000 })));
});

test('another number of workers is refused, and both numbers are named', { timeout }, async (t) => {
  const { join } = await makeCluster(t, 3);
  await join(0);
  await assert.rejects(
    join(1, { worldSize: 4 }),
    failsWith('TFD_RENDEZVOUS_REFUSED', /rank 1 is configured for 4 workers, the rendezvous for 3/),
  );
});

test('another address of a worker is refused, and both addresses are named', { timeout }, async (t) => {
  const { join } = await makeCluster(t, 2);
  await join(0, { addresses: ['a:1', 'b:1'] });
  await assert.rejects(
    join(1, { addresses: ['a:1', 'c:1'] }),
    failsWith('TFD_RENDEZVOUS_REFUSED', /rank 1 is configured with c:1 as address of rank 1, the rendezvous with b:1/),
  );
});

test('several workers without a place to meet are told how to name one', { timeout }, async () => {
  const worker = { rank: 0, worldSize: 2, localRank: 0, localWorldSize: 1, jobId: 'mpi-job' };
  await assert.rejects(joinRendezvous(worker), failsWith('TFD_NO_RENDEZVOUS', /TFJS_DISTRIBUTE_RENDEZVOUS=host:port/));
});
