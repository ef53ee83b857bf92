/** The environment variables by which `tfjs-distribute run` tells a worker who it is: written and read here. */
import { UserError } from '../../base/errors.ts';
import type { WorkerIdentity } from '../workerIdentity.ts';

const names = [
  'TFJS_DISTRIBUTE_RANK',
  'TFJS_DISTRIBUTE_WORLD_SIZE',
  'TFJS_DISTRIBUTE_LOCAL_RANK',
  'TFJS_DISTRIBUTE_LOCAL_WORLD_SIZE',
  'TFJS_DISTRIBUTE_JOB_ID',
  'TFJS_DISTRIBUTE_RENDEZVOUS',
  'TFJS_DISTRIBUTE_TOKEN',
] as const;
type Name = (typeof names)[number];

/**
 * Reads the identity that our launcher gave; `undefined` when none of its variables is set.
 *
 * @throws UserError `TFD_CLUSTER_VARIABLE` naming the first variable that is missing or malformed
 */
export function fromLauncher(env: NodeJS.ProcessEnv): WorkerIdentity | undefined {
  if (names.every((name) => env[name] === undefined)) return undefined;
  const worldSize = wholeNumber(env, 'TFJS_DISTRIBUTE_WORLD_SIZE', 1);
  const localWorldSize = wholeNumber(env, 'TFJS_DISTRIBUTE_LOCAL_WORLD_SIZE', 1);
  return {
    rank: position(env, 'TFJS_DISTRIBUTE_RANK', worldSize, 'TFJS_DISTRIBUTE_WORLD_SIZE'),
    worldSize,
    localRank: position(env, 'TFJS_DISTRIBUTE_LOCAL_RANK', localWorldSize, 'TFJS_DISTRIBUTE_LOCAL_WORLD_SIZE'),
    localWorldSize,
    jobId: text(env, 'TFJS_DISTRIBUTE_JOB_ID'),
    rendezvous: { ...address(env, 'TFJS_DISTRIBUTE_RENDEZVOUS'), token: text(env, 'TFJS_DISTRIBUTE_TOKEN') },
  };
}

/** The reverse of {@link fromLauncher}: the variables that make a process this worker. */
export function toLauncherVariables(worker: Required<WorkerIdentity>): Record<string, string> {
  return {
    TFJS_DISTRIBUTE_RANK: String(worker.rank),
    TFJS_DISTRIBUTE_WORLD_SIZE: String(worker.worldSize),
    TFJS_DISTRIBUTE_LOCAL_RANK: String(worker.localRank),
    TFJS_DISTRIBUTE_LOCAL_WORLD_SIZE: String(worker.localWorldSize),
    TFJS_DISTRIBUTE_JOB_ID: worker.jobId,
    TFJS_DISTRIBUTE_RENDEZVOUS: `${worker.rendezvous.host}:${worker.rendezvous.port}`,
    TFJS_DISTRIBUTE_TOKEN: worker.rendezvous.token,
  };
}

function text(env: NodeJS.ProcessEnv, name: Name): string {
  const value = env[name];
  if (value === undefined || value === '') throw malformed(name, value, 'must not be empty');
  return value;
}

function wholeNumber(env: NodeJS.ProcessEnv, name: Name, minimum: number): number {
  const value = text(env, name);
  if (!/^\d+$/.test(value)) throw malformed(name, value, 'must be a whole number');
  if (Number(value) < minimum) throw malformed(name, value, `must be ${minimum} or more`);
  return Number(value);
}

function position(env: NodeJS.ProcessEnv, name: Name, count: number, nameOfCount: Name): number {
  const value = wholeNumber(env, name, 0);
  if (value >= count) throw malformed(name, String(value), `must be smaller than ${nameOfCount}`);
  return value;
}

function address(env: NodeJS.ProcessEnv, name: Name): { host: string; port: number } {
  const value = text(env, name);
  const match = /^(?<host>.+):(?<port>\d{1,5})$/.exec(value);
  const port = Number(match?.groups?.['port']);
  const host = match?.groups?.['host'];
  if (host === undefined || port < 1 || port > 65535) {
    throw malformed(name, value, 'must be host:port, with a port from 1 to 65535');
  }
  return { host, port };
}

function malformed(name: Name, value: string | undefined, rule: string): UserError {
  return new UserError({
    code: 'TFD_CLUSTER_VARIABLE',
    rule: `The environment variable ${name} ${value === undefined ? 'must be set' : rule}.`,
    received: value === undefined ? 'nothing' : JSON.stringify(value),
    remedy:
      'Start workers with `npx tfjs-distribute run`, which sets all of these variables, or set each of: ' +
      `${names.join(', ')}.`,
  });
}
