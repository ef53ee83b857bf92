/** A pod of a Kubernetes indexed Job with a headless service, as in `examples/kubernetes`. */
import type { WorkerIdentity } from '../workerIdentity.ts';
import { Variables } from './variables.ts';

/** The port on which pods meet, where `TFJS_DISTRIBUTE_RENDEZVOUS` names none: each pod has all ports for itself. */
const port = 4711;
const remedy = 'Compare the manifest of the Job with examples/kubernetes/indexed-job.yaml.';

/**
 * Reads the identity that the Job gave. `undefined` outside of an indexed Job, and where its pods are not one cluster:
 * Kubernetes does not tell a pod how many others there are, so the manifest says so by `TFJS_DISTRIBUTE_NUM_WORKERS`.
 *
 * @throws UserError `TFD_CLUSTER_VARIABLE` naming the first variable that is missing or malformed
 */
export function fromKubernetes(env: NodeJS.ProcessEnv): WorkerIdentity | undefined {
  const variables = new Variables(env, remedy);
  const says = variables.has('TFJS_DISTRIBUTE_NUM_WORKERS') || variables.has('TFJS_DISTRIBUTE_SERVICE');
  if (!variables.has('JOB_COMPLETION_INDEX') || !says) return undefined;

  const worldSize = variables.wholeNumber('TFJS_DISTRIBUTE_NUM_WORKERS', 1);
  const rank = variables.position('JOB_COMPLETION_INDEX', worldSize, 'TFJS_DISTRIBUTE_NUM_WORKERS');
  const service = variables.text('TFJS_DISTRIBUTE_SERVICE');
  // The pod's host name is that of the Job, and its index.
  const pod = variables.text('HOSTNAME');
  if (!pod.endsWith(`-${rank}`)) throw variables.malformed('HOSTNAME', `must end in -${rank}, the index of the pod`);
  const job = pod.slice(0, -`-${rank}`.length);
  const jobId = `kubernetes-${job}.${service}`;
  return {
    rank,
    worldSize,
    localRank: 0,
    localWorldSize: 1,
    jobId,
    rendezvous: { host: `${job}-0.${service}`, port, token: jobId },
    isSelfHosted: true,
  };
}
