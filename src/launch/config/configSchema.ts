/** What a `tfjs-distribute.config` file may hold: the options of `tfjs-distribute run`. */
import { z } from 'zod';
import { ranges } from '../launchOptions.ts';

const within = ({ minimum, maximum }: { readonly minimum: number; readonly maximum: number }) => {
  const rule = `must be a whole number from ${minimum} to ${maximum}`;
  return z.int({ error: rule }).min(minimum, { error: rule }).max(maximum, { error: rule }).optional();
};
const text = z.string({ error: 'must be a text' }).min(1, { error: 'must not be empty' });

export const configSchema = z.strictObject(
  {
    script: text.optional(),
    args: z.array(z.string({ error: 'must be a text' }), { error: 'must be a list of texts' }).optional(),
    workers: within(ranges.numWorkers),
    threadsPerWorker: within(ranges.threadsPerWorker),
    port: within(ranges.port),
    gracePeriodSeconds: within(ranges.gracePeriodSeconds),
    machines: z
      .array(text, { error: 'must be a list of addresses' })
      .min(1, { error: 'must name at least one machine' })
      .superRefine((machines, context) => {
        const index = machines.findIndex((machine, place) => machines.indexOf(machine) < place);
        if (index < 0) return;
        context.addIssue({ code: 'custom', path: [index], message: 'must not be in the list twice' });
      })
      .optional(),
    token: text.optional(),
    env: z
      .record(z.string(), z.string({ error: 'must be a text, in quotes where it is a number' }), {
        error: 'must be an object of texts',
      })
      .optional(),
  },
  { error: 'must be an object' },
);

/** The options of `tfjs-distribute run`; flags on the command line win over them. */
export interface LaunchConfig {
  /** Script that each worker runs, relative to the config file. */
  readonly script?: string | undefined;
  /** Arguments for the script. Default: none. */
  readonly args?: readonly string[] | undefined;
  /** Number of workers on each machine, from 1 to 512. Default: 1. */
  readonly workers?: number | undefined;
  /** CPU threads of each worker. Default: the cores of its machine, divided evenly. */
  readonly threadsPerWorker?: number | undefined;
  /** Port on which the workers meet. Default: any free one on one machine, 4711 on several. */
  readonly port?: number | undefined;
  /** Seconds between SIGTERM and SIGKILL when workers must end. Default: 10. */
  readonly gracePeriodSeconds?: number | undefined;
  /** Addresses of the machines, the first of which holds the place to meet. Default: this machine alone. */
  readonly machines?: readonly string[] | undefined;
  /** Secret that all machines know; only who knows it can join. Default with several machines: none. */
  readonly token?: string | undefined;
  /** Environment variables for the workers, added to those of the launcher. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}
