/** `TF_CONFIG`, TensorFlow's own description of a cluster; Kubeflow's TFJob sets it. */
import { UserError } from '../../base/errors.ts';
import type { WorkerIdentity } from '../workerIdentity.ts';
import { parseAddress } from './variables.ts';

/** What `TF_CONFIG` says: the addresses of each kind of task, and which of them this process is. */
export interface TfConfig {
  /** For example `{ worker: ['a:4711', 'b:4711'], ps: ['c:4711'] }`. */
  readonly cluster: Readonly<Record<string, readonly string[]>>;
  readonly task: { readonly type: string; readonly index: number };
}

/** The kinds of task that train, in the order of their ranks; a cluster has `chief` or `master`, or neither. */
const training = ['chief', 'master', 'worker'] as const;

/**
 * Reads the identity that `TF_CONFIG` gives; `undefined` where it is not set, or states no cluster.
 *
 * @throws UserError `TFD_TF_CONFIG` when it is malformed, has an address twice, or this task does not train
 */
export function fromTfConfig(env: NodeJS.ProcessEnv): WorkerIdentity | undefined {
  const config = parseTfConfig(env);
  if (config === undefined) return undefined;
  const { cluster, task } = config;
  const tasks = training.flatMap((type) => (cluster[type] ?? []).map((address, index) => ({ type, index, address })));
  const rank = tasks.findIndex(({ type, index }) => type === task.type && index === task.index);
  const own = tasks[rank];
  if (own === undefined) {
    throw mistake('The task of a process that trains must be chief, master or worker.', JSON.stringify(task.type));
  }

  const addresses = tasks.map(({ address }) => address);
  const hosts = addresses.map((address) => parseAddress(address)?.host);
  const neighbours = hosts.flatMap((host, other) => (host === hosts[rank] ? [other] : []));
  const meeting = parseAddress(addresses[0] ?? '') ?? { host: '', port: 0 };
  const jobId = `tf-config-${addresses[0] ?? ''}`;
  return {
    rank,
    worldSize: tasks.length,
    localRank: neighbours.indexOf(rank),
    localWorldSize: neighbours.length,
    jobId,
    rendezvous: { ...meeting, token: jobId },
    isSelfHosted: true,
    addresses,
  };
}

/** The checked content of `TF_CONFIG`, with parameter servers and evaluators; `undefined` where it states no cluster. */
export function parseTfConfig(env: NodeJS.ProcessEnv): TfConfig | undefined {
  const text = env['TF_CONFIG'];
  if (text === undefined || text === '') return undefined;
  const { cluster = {}, task } = parseJson(text) as { cluster?: unknown; task?: { type?: unknown; index?: unknown } };
  if (!isRecord(cluster)) throw mistake('`cluster` must be an object.', JSON.stringify(cluster));
  if (Object.keys(cluster).length === 0) return undefined;

  const seen = new Map<string, string>();
  for (const [type, addresses] of Object.entries(cluster)) {
    if (!Array.isArray(addresses)) throw mistake(`cluster.${type} must be a list.`, JSON.stringify(addresses));
    addresses.forEach((address: unknown, index) => {
      const place = `cluster.${type}[${index}]`;
      if (typeof address !== 'string' || parseAddress(address) === undefined) {
        throw mistake(`${place} must be host:port, with a port from 1 to 65535.`, JSON.stringify(address));
      }
      const other = seen.get(address);
      if (other !== undefined)
        throw mistake('Each task needs an address of its own.', `${address} at ${other} and ${place}`);
      seen.set(address, place);
    });
  }

  const addresses = cluster as Record<string, string[]>;
  const { type, index: given } = task ?? {};
  const index = Number(given);
  const size = typeof type === 'string' ? addresses[type]?.length : undefined;
  // An evaluator works beside the cluster, and is not listed in it.
  if (typeof type !== 'string' || (size === undefined && type !== 'evaluator')) {
    throw mistake('task.type must name a list in `cluster`.', shown(type));
  }
  if (given === undefined || !Number.isInteger(index) || index < 0 || index >= (size ?? Infinity)) {
    throw mistake(`task.index must be a place in cluster.${type}, which has ${size ?? 0}.`, shown(given));
  }
  return { cluster: addresses, task: { type, index } };
}

function parseJson(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw mistake('It must be JSON.', cause instanceof Error ? cause.message : text);
  }
  if (!isRecord(value)) throw mistake('It must be an object.', text);
  return value;
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mistake(rule: string, received: string): UserError {
  return new UserError({
    code: 'TFD_TF_CONFIG',
    rule: `The environment variable TF_CONFIG is wrong. ${rule}`,
    received,
    remedy:
      'Write it as {"cluster": {"worker": ["a:4711", "b:4711"]}, "task": {"type": "worker", "index": 0}}, ' +
      'with the same cluster on every machine and another task on each.',
  });
}
