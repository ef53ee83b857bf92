/** The manifests in examples/: what they set is what a worker reads. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { resolveWorker } from '../../src/cluster/index.ts';

const timeout = 5000;
const examples = join(import.meta.dirname, '../../examples');

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly clusterIP: string;
    readonly selector: Readonly<Record<string, string>>;
    readonly completionMode: string;
    readonly completions: number;
    readonly parallelism: number;
    readonly template: {
      readonly spec: {
        readonly subdomain: string;
        readonly containers: readonly { readonly env: readonly { readonly name: string; readonly value?: string }[] }[];
      };
    };
  };
}

test('the pods of the indexed Job are the workers of one cluster', { timeout }, () => {
  const text = readFileSync(join(examples, 'kubernetes/indexed-job.yaml'), 'utf8');
  const [service, job] = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  assert(service !== undefined && job !== undefined);
  const { completions, parallelism, completionMode, template } = job.spec;
  assert.deepEqual(
    [service.kind, job.kind, service.spec.clusterIP, completionMode],
    ['Service', 'Job', 'None', 'Indexed'],
  );
  assert.deepEqual(service.spec.selector, { 'job-name': job.metadata.name });
  assert.equal(parallelism, completions);
  assert.equal(template.spec.subdomain, service.metadata.name);

  const variables = (template.spec.containers[0]?.env ?? []).map(
    ({ name, value = 'secret' }) => [name, value] as const,
  );
  for (let index = 0; index < completions; index++) {
    const pod = { JOB_COMPLETION_INDEX: String(index), HOSTNAME: `${job.metadata.name}-${index}` };
    const { rank, worldSize, rendezvous } = resolveWorker({ ...Object.fromEntries(variables), ...pod });
    assert.deepEqual([rank, worldSize], [index, completions]);
    assert.deepEqual(rendezvous, {
      host: `${job.metadata.name}-0.${service.metadata.name}`,
      port: 4711,
      token: 'secret',
    });
  }
});

test('the batch script of Slurm is a shell script', { timeout }, () => {
  const { status, stderr } = spawnSync('bash', ['-n', join(examples, 'slurm/train.sbatch')], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});
