/** The messages between a worker and the rendezvous server, in both directions. */
import { z } from 'zod';

/** Largest value that a key may hold, in bytes: addresses and small facts, no tensors. */
export const maxValueSizeBytes = 1024 * 1024;

const rank = z.int().min(0);
const requestId = z.int().min(0);
const name = z.string().min(1).max(512);
const timeoutMs = z.number().min(0).max(2_147_483_647);

export const workerMessage = z.discriminatedUnion('op', [
  /** Must come first. Keys are seen only by workers of the same generation. */
  z.strictObject({
    op: z.literal('hello'),
    token: z.string().max(512),
    rank,
    generation: z.int().min(0),
    /** What the worker believes of its cluster, to be compared. */
    worldSize: z.int().min(1).optional(),
    addresses: z.array(z.string().max(512)).optional(),
  }),
  z.strictObject({ op: z.literal('heartbeat') }),
  /** `value` is base64. */
  z.strictObject({ op: z.literal('set'), id: requestId, key: name, value: z.string() }),
  z.strictObject({ op: z.literal('get'), id: requestId, key: name, timeoutMs }),
  z.strictObject({ op: z.literal('barrier'), id: requestId, name, count: z.int().min(1), timeoutMs }),
]);
export type WorkerMessage = z.infer<typeof workerMessage>;

export const serverMessage = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('welcome') }),
  z.strictObject({ op: z.literal('refused'), reason: z.string() }),
  z.strictObject({ op: z.literal('done'), id: requestId, value: z.string().optional() }),
  /** `missingRanks` never arrived, or left; `silentRanks` are connected and have sent nothing for a while. */
  z.strictObject({
    op: z.literal('timeout'),
    id: requestId,
    missingRanks: z.array(rank),
    silentRanks: z.array(rank),
  }),
  /** The job is over. `rank` is the worker that caused it, where one did. */
  z.strictObject({ op: z.literal('abort'), reason: z.string(), rank: rank.optional() }),
]);
export type ServerMessage = z.infer<typeof serverMessage>;
