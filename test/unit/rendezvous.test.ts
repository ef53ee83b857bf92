/** The rendezvous of workers: a real server and real connections on the loopback interface. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test, type TestContext } from 'node:test';
import { EnvironmentError, PeerError, UserError } from '../../src/base/errors.ts';
import { connectRendezvous, startRendezvousServer, type RendezvousServer } from '../../src/cluster/index.ts';

const timeout = 10_000;
const token = 'the secret of this job';

async function serve(t: TestContext, worldSize = 3): Promise<RendezvousServer> {
  const server = await startRendezvousServer({ token, worldSize });
  t.after(() => server.close());
  return server;
}

async function join(t: TestContext, { port }: RendezvousServer, rank: number, generation = 0) {
  const store = await connectRendezvous({ host: '127.0.0.1', port, token, rank, generation, timeoutMs: 2000 });
  t.after(() => {
    store.close();
  });
  return store;
}

/** Sends bytes to the server and returns all that it answers until it closes the connection. */
async function sendRaw({ port }: RendezvousServer, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.on('error', () => undefined).write(text);
  let answer = '';
  socket.on('data', (part: string) => (answer += part));
  await once(socket, 'close');
  return answer;
}

const code = (expected: string) => (error: unknown) => {
  assert(error instanceof UserError || error instanceof PeerError || error instanceof EnvironmentError);
  assert.equal(error.code, expected);
  return true;
};

test('a value that one worker sets, another one gets: text, bytes, the largest', { timeout }, async (t) => {
  const server = await serve(t);
  const [a, b] = [await join(t, server, 0), await join(t, server, 1)];
  const large = Buffer.alloc(1024 * 1024, 0xab);
  await a.set('text', 'Grüße\n');
  await a.set('large', large);
  assert.equal((await b.get('text')).toString(), 'Grüße\n');
  assert.deepEqual(await b.get('large'), large);
  await assert.rejects(a.set('too large', Buffer.alloc(large.length + 1)), code('TFD_RENDEZVOUS_VALUE_SIZE'));
});

test('get waits until the key is set', { timeout }, async (t) => {
  const server = await serve(t);
  const [a, b] = [await join(t, server, 0), await join(t, server, 1)];
  const waiting = [b.get('later'), b.get('later')];
  await a.get('nobody sets this', { timeoutMs: 20 }).catch(() => undefined);
  await a.set('later', 'now');
  assert.deepEqual((await Promise.all(waiting)).map(String), ['now', 'now']);
});

test('a get that takes too long names the key and the ranks that are not there', { timeout }, async (t) => {
  const server = await serve(t);
  const a = await join(t, server, 1);
  await assert.rejects(a.get('address/0', { timeoutMs: 50 }), (error) => {
    assert(error instanceof PeerError);
    assert.equal(error.code, 'TFD_RENDEZVOUS_TIMEOUT');
    assert.match(error.rule, /"address\/0" within 50 ms/);
    assert.equal(error.received, 'not connected: rank 0, 2');
    return true;
  });
});

test('a barrier opens when all have come, again and again', { timeout }, async (t) => {
  const server = await serve(t);
  const stores = [await join(t, server, 0), await join(t, server, 1), await join(t, server, 2)];
  let arrivals = 0;
  for (let round = 1; round <= 3; round++) {
    await Promise.all(
      stores.map(async (store) => {
        arrivals++;
        await store.barrier('epoch', 3);
        assert.equal(arrivals, 3 * round);
      }),
    );
  }
});

test('a barrier that takes too long ends for all who wait, and names who is missing', { timeout }, async (t) => {
  const server = await serve(t);
  const [a, b] = [await join(t, server, 0), await join(t, server, 1)];
  await join(t, server, 2);
  const outcomes = await Promise.allSettled([a.barrier('start', 3, { timeoutMs: 60 }), b.barrier('start', 3)]);
  for (const outcome of outcomes) {
    assert(outcome.status === 'rejected' && outcome.reason instanceof PeerError);
    assert.equal(outcome.reason.received, 'not there: rank 2');
  }
});

test('a worker that leaves no longer counts at a barrier', { timeout }, async (t) => {
  const server = await serve(t);
  const [a, b] = [await join(t, server, 0), await join(t, server, 1)];
  const left = once(server, 'left');
  const gone = assert.rejects(b.barrier('start', 2), code('TFD_RENDEZVOUS_ABORTED'));
  await a.set('b has certainly arrived', '');
  b.close();
  await Promise.all([gone, left]);
  await assert.rejects(a.barrier('start', 2, { timeoutMs: 50 }), code('TFD_RENDEZVOUS_TIMEOUT'));
});

test('generations do not see the keys of each other, and a rank may be in two of them', { timeout }, async (t) => {
  const server = await serve(t);
  const [old, young] = [await join(t, server, 0, 1), await join(t, server, 0, 2)];
  await old.set('ring', 'old');
  await assert.rejects(young.get('ring', { timeoutMs: 30 }), code('TFD_RENDEZVOUS_TIMEOUT'));
});

test(
  'abort reaches every worker, also one that listens or connects later, and ends what waits',
  { timeout },
  async (t) => {
    const server = await serve(t);
    const a = await join(t, server, 0);
    const waiting = assert.rejects(a.get('never'), code('TFD_RENDEZVOUS_ABORTED'));
    const heard = new Promise((resolve) => a.onAbort(resolve));
    server.abort('worker 1 died', 1);
    assert.deepEqual(await heard, { reason: 'worker 1 died', rank: 1 });
    await waiting;
    await assert.rejects(a.set('key', 'value'), code('TFD_RENDEZVOUS_ABORTED'));
    const late = await join(t, server, 2);
    const heardLate = await new Promise((resolve) => late.onAbort(resolve));
    assert.deepEqual(heardLate, { reason: 'worker 1 died', rank: 1 });
  },
);

test('a lost supervisor is an abort too', { timeout }, async (t) => {
  const server = await serve(t);
  const a = await join(t, server, 0);
  const heard = new Promise<{ reason: string }>((resolve) => a.onAbort(resolve));
  const waiting = assert.rejects(a.get('never'), code('TFD_RENDEZVOUS_ABORTED'));
  await Promise.all([server.close(), waiting]);
  assert.match((await heard).reason, /supervisor was lost/);
});

test('a wrong token, a rank out of range and a rank that is taken are refused', { timeout }, async (t) => {
  const server = await serve(t);
  await join(t, server, 0);
  const attempt = (changes: { token?: string; rank?: number }) =>
    connectRendezvous({ host: '127.0.0.1', port: server.port, token, rank: 1, timeoutMs: 2000, ...changes });
  await assert.rejects(attempt({ token: 'guess' }), (error) => {
    assert(error instanceof UserError);
    assert.equal(error.code, 'TFD_RENDEZVOUS_REFUSED');
    assert.match(error.message, /the token is not that of this job/);
    assert(!error.message.includes('guess'));
    return true;
  });
  await assert.rejects(attempt({ rank: 3 }), /rank 3 is not smaller than the number of workers, 3/);
  await assert.rejects(attempt({ rank: 0 }), /already connected as rank 0/);
});

test('malformed and oversized input is refused, the connection closed, the others served', { timeout }, async (t) => {
  const server = await serve(t);
  const a = await join(t, server, 0);
  const hello = JSON.stringify({ op: 'hello', token, rank: 1, generation: 0 });
  assert.match(await sendRaw(server, 'GET / HTTP/1.1\r\n\r\n'), /"refused"/);
  assert.match(await sendRaw(server, '{"op":"set","id":0,"key":"x","value":""}\n'), /token/);
  assert.match(await sendRaw(server, `${hello}\n{"op":"get","id":-1,"key":""}\n`), /"welcome".*\n.*"refused"/);
  assert.match(await sendRaw(server, `${hello}\n{"op":"set","id":0,"key":"__proto__"}\n`), /"refused"/);
  assert.match(await sendRaw(server, 'x'.repeat(2_000_000)), /longer than/);
  await a.set('still', 'alive');
  assert.equal((await a.get('still')).toString(), 'alive');
});

test('a port that is taken gets an error that names it', { timeout }, async (t) => {
  const { port } = await serve(t);
  await assert.rejects(startRendezvousServer({ token, worldSize: 1, port }), (error) => {
    assert(error instanceof EnvironmentError);
    assert.equal(error.code, 'TFD_PORT_IN_USE');
    assert(error.message.includes(String(port)));
    return true;
  });
});

test('connecting waits for a server that starts late, and gives up in time', { timeout }, async (t) => {
  const first = await startRendezvousServer({ token, worldSize: 1 });
  const { port } = first;
  await first.close();
  const options = { host: '127.0.0.1', port, token, rank: 0 };
  await assert.rejects(connectRendezvous({ ...options, timeoutMs: 150 }), code('TFD_RENDEZVOUS_UNREACHABLE'));
  const connecting = connectRendezvous({ ...options, timeoutMs: 5000 });
  const server = await startRendezvousServer({ token, worldSize: 1, port });
  t.after(() => server.close());
  (await connecting).close();
});

test('a worker that has finished exits although it is still connected', { timeout }, async (t) => {
  const server = await serve(t);
  const script = `
    import { connectRendezvous } from ${JSON.stringify(new URL('../../src/cluster/index.ts', import.meta.url).href)};
    const store = await connectRendezvous({ host: '127.0.0.1', port: ${server.port}, token: '${token}', rank: 0 });
    await store.set('a', 'b');
    console.log(String(await store.get('a')));`;
  const loader = import.meta.resolve('tsx');
  const child = spawn(process.execPath, ['--import', loader, '--input-type=module', '-e', script], { stdio: 'pipe' });
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (data) => (output += String(data)));
  const [exitCode] = (await once(child, 'close')) as [number];
  assert.deepEqual([exitCode, output], [0, 'b\n']);
});
