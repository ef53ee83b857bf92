/** The command `doctor`: what it says, and its exit code. */

import assert from 'node:assert/strict';
import path from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, test } from 'node:test';
import type { TestContext } from 'node:test';
import { doctor } from '../../src/cli/doctor.ts';
import { clusterFacts } from '../../src/cli/doctor/clusterFacts.ts';
import type { DoctorFacts } from '../../src/cli/doctor/facts.ts';
import { isReady, judge } from '../../src/cli/doctor/judge.ts';
import { libraryNames } from '../../src/native/runtime/Runtime.ts';
import { temporaryFolder, writeTree } from './support/fakeHost.ts';

const timeout = 10_000;

let before: NodeJS.ProcessEnv;
beforeEach(() => {
  before = { ...process.env };
});
afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in before)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, before);
});

async function run(options: Parameters<typeof doctor>[0]): Promise<{ code: number; text: string }> {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, next) {
      text += chunk.toString();
      next();
    },
  });
  return { code: await doctor({ ...options, stream }), text };
}

/** Makes this process see a library of the given version. */
function withLibrary(t: TestContext, version = '2.21.0'): string {
  const site = temporaryFolder(t);
  const { cc, framework } = libraryNames(process.platform);
  writeTree(site, {
    [`tensorflow/${cc}`]: '',
    [`tensorflow/${framework}`]: '',
    [`tensorflow_cpu-${version}.dist-info/METADATA`]: '',
  });
  process.env['TFJS_DISTRIBUTE_LIBRARY'] = site;
  return path.join(site, 'tensorflow');
}

test('with a library: ready, exit code 0', { timeout }, async (t) => {
  const directory = withLibrary(t);
  const listDevices = (): Promise<{ name: string; type: string }[]> =>
    Promise.resolve([{ name: '/device:CPU:0', type: 'CPU' }]);
  const { code, text } = await run({ listDevices });
  assert.equal(code, 0);
  assert.ok(text.includes(`✓ TensorFlow   2.21.0, from TFJS_DISTRIBUTE_LIBRARY: ${directory}\n`), text);
  assert.ok(text.includes('✓ Devices      /device:CPU:0\n'), text);
  assert.ok(text.includes(process.version));
  assert.ok(text.endsWith('This machine is ready to train.\n'));
});

test('a library that does not load: exit code 1', { timeout }, async (t) => {
  withLibrary(t);
  const { code, text } = await run({ listDevices: () => Promise.reject(new Error('undefined symbol: foo')) });
  assert.equal(code, 1);
  assert.match(text, /✗ Devices {6}undefined symbol: foo\n {15}What to do: /);
});

test('a library of an unsupported version: the rule, what was found, what to do', { timeout }, async (t) => {
  withLibrary(t, '2.9.1');
  const { code, text } = await run({});
  assert.equal(code, 1);
  assert.match(text, /✗ TensorFlow {3}\[TFD_LIBRARY_VERSION\] .*2\.9\.1.*\n +What to do: /);
});

test('nothing there: says how to get it; as JSON one object', { timeout }, async (t) => {
  const home = temporaryFolder(t);
  for (const name of ['TFJS_DISTRIBUTE_LIBRARY', 'VIRTUAL_ENV', 'CONDA_PREFIX', 'PYTHONPATH']) {
    Reflect.deleteProperty(process.env, name);
  }
  Object.assign(process.env, { HOME: home, PATH: home, TFJS_DISTRIBUTE_CACHE: path.join(home, 'cache') });
  const { code, text } = await run({ json: true });
  const report = JSON.parse(text) as { ready: boolean; findings: Record<string, string>[]; facts: DoctorFacts };
  assert.equal(code, 1);
  assert.equal(report.ready, false);
  assert.equal(report.facts.runtime.found, undefined);
  assert.equal(report.facts.runtime.cacheDirectory, path.join(home, 'cache'));
  const finding = report.findings.find(({ topic }) => topic === 'TensorFlow');
  assert.equal(finding?.['state'], 'missing');
  assert.match(finding['remedy'] ?? '', /doctor --fetch/);
});

const good: DoctorFacts = {
  node: { version: 'v20.17.0', path: '/node' },
  system: { platform: 'linux', arch: 'x64', release: '6', glibc: '2.36' },
  cpu: { model: 'A', cores: 2, features: ['avx', 'avx2'] },
  memory: { totalBytes: 8e9, freeBytes: 4e9 },
  runtime: {
    found: { directory: '/d', ccLibrary: '/d/c', frameworkLibrary: '/d/f', version: undefined, source: 'python' },
    notes: [],
    cacheDirectory: '/c',
  },
  collectives: { library: '/lib' },
  devices: undefined,
  portProblem: undefined,
  cluster: { signs: [], variables: {} },
};

const cases: { what: string; facts: Partial<DoctorFacts>; topic: string; state: string; ready: boolean }[] = [
  {
    what: 'an old Node',
    facts: { node: { version: 'v18.20.0', path: '' } },
    topic: 'Node',
    state: 'missing',
    ready: false,
  },
  {
    what: 'a processor without AVX',
    facts: { cpu: { model: 'A', cores: 1, features: ['fma'] } },
    topic: 'CPU',
    state: 'missing',
    ready: false,
  },
  {
    what: 'little memory',
    facts: { memory: { totalBytes: 1e9, freeBytes: 1e8 } },
    topic: 'Memory',
    state: 'note',
    ready: true,
  },
  { what: 'no port', facts: { portProblem: 'EACCES' }, topic: 'Ports', state: 'missing', ready: false },
  { what: 'no Gloo', facts: { collectives: { library: undefined } }, topic: 'Collectives', state: 'note', ready: true },
];

for (const { what, facts, topic, state, ready } of cases) {
  test(`${what}: ${state}`, { timeout }, () => {
    assert.equal(isReady(judge(good)), true);
    const findings = judge({ ...good, ...facts });
    const finding = findings.find((found) => found.topic === topic);
    assert.equal(finding?.state, state);
    assert.ok(finding.remedy, 'says what to do');
    assert.equal(isReady(findings), ready);
  });
}

test('signs of a cluster', { timeout }, () => {
  assert.deepEqual(clusterFacts({ PATH: '/bin' }), { signs: [], variables: {} });
  const task = { cluster: { worker: ['a:1', 'b:2'], ps: ['c:3'] }, task: { type: 'worker', index: 1 } };
  const env = {
    TF_CONFIG: JSON.stringify(task),
    SLURM_JOB_ID: '17',
    SLURM_NTASKS: '4',
    SLURM_JOB_NUM_NODES: '2',
    KUBERNETES_SERVICE_HOST: '10.0.0.1',
    HOSTNAME: 'pod-3',
    OMPI_COMM_WORLD_SIZE: '4',
    OMPI_COMM_WORLD_RANK: '3',
    TFJS_DISTRIBUTE_RANK: '1',
    TFJS_DISTRIBUTE_TOKEN: 'secret',
  };
  assert.deepEqual(clusterFacts(env), {
    signs: [
      'TF_CONFIG: 2 worker, 1 ps, this is worker 1',
      'Slurm: job 17, 4 tasks on 2 nodes',
      'Kubernetes: pod pod-3, API at 10.0.0.1',
      'MPI: rank 3 of 4',
    ],
    variables: { TFJS_DISTRIBUTE_RANK: '1', TFJS_DISTRIBUTE_TOKEN: '***' },
  });
  assert.deepEqual(clusterFacts({ TF_CONFIG: '{' }).signs, ['TF_CONFIG is set, but is not JSON']);
});
