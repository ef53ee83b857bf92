/** The environment variables by which `tfjs-distribute run` tells a worker who it is: written and read here. */
import { z } from 'zod';
import { UserError } from '../../base/errors.ts';
import type { WorkerIdentity } from '../workerIdentity.ts';

const wholeNumber = (minimum: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= minimum, `must be ${minimum} or more`);

const address = z.string().transform((text, context) => {
  const match = /^(?<host>.+):(?<port>\d{1,5})$/.exec(text);
  const port = Number(match?.groups?.['port']);
  const host = match?.groups?.['host'];
  if (host === undefined || port < 1 || port > 65535) {
    context.addIssue({ code: 'custom', message: 'must be host:port, with a port from 1 to 65535' });
    return z.NEVER;
  }
  return { host, port };
});

const variables = z
  .object({
    TFJS_DISTRIBUTE_RANK: wholeNumber(0),
    TFJS_DISTRIBUTE_WORLD_SIZE: wholeNumber(1),
    TFJS_DISTRIBUTE_LOCAL_RANK: wholeNumber(0),
    TFJS_DISTRIBUTE_LOCAL_WORLD_SIZE: wholeNumber(1),
    TFJS_DISTRIBUTE_JOB_ID: z.string().min(1, 'must not be empty'),
    TFJS_DISTRIBUTE_RENDEZVOUS: address,
    TFJS_DISTRIBUTE_TOKEN: z.string().min(1, 'must not be empty'),
  })
  .refine((v) => v.TFJS_DISTRIBUTE_RANK < v.TFJS_DISTRIBUTE_WORLD_SIZE, {
    path: ['TFJS_DISTRIBUTE_RANK'],
    message: 'must be smaller than TFJS_DISTRIBUTE_WORLD_SIZE',
  })
  .refine((v) => v.TFJS_DISTRIBUTE_LOCAL_RANK < v.TFJS_DISTRIBUTE_LOCAL_WORLD_SIZE, {
    path: ['TFJS_DISTRIBUTE_LOCAL_RANK'],
    message: 'must be smaller than TFJS_DISTRIBUTE_LOCAL_WORLD_SIZE',
  });

const names = Object.keys(variables.shape);

/**
 * Reads the identity that our launcher gave; `undefined` when none of its variables is set.
 *
 * @throws UserError `TFD_CLUSTER_VARIABLE` naming the first variable that is missing or malformed
 */
export function fromLauncher(env: NodeJS.ProcessEnv): WorkerIdentity | undefined {
  if (names.every((name) => env[name] === undefined)) return undefined;
  const parsed = variables.safeParse(env);
  if (!parsed.success) throw malformed(parsed.error, env);
  const values = parsed.data;
  return {
    rank: values.TFJS_DISTRIBUTE_RANK,
    worldSize: values.TFJS_DISTRIBUTE_WORLD_SIZE,
    localRank: values.TFJS_DISTRIBUTE_LOCAL_RANK,
    localWorldSize: values.TFJS_DISTRIBUTE_LOCAL_WORLD_SIZE,
    jobId: values.TFJS_DISTRIBUTE_JOB_ID,
    rendezvous: { ...values.TFJS_DISTRIBUTE_RENDEZVOUS, token: values.TFJS_DISTRIBUTE_TOKEN },
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

function malformed(error: z.ZodError, env: NodeJS.ProcessEnv): UserError {
  const issue = error.issues[0];
  const name = String(issue?.path[0]);
  const value = env[name];
  return new UserError({
    code: 'TFD_CLUSTER_VARIABLE',
    rule: `The environment variable ${name} ${value === undefined ? 'must be set' : (issue?.message ?? 'is malformed')}.`,
    received: value === undefined ? 'nothing' : JSON.stringify(value),
    remedy:
      'Start workers with `npx tfjs-distribute run`, which sets all of these variables, or set each of: ' +
      `${names.join(', ')}.`,
  });
}
