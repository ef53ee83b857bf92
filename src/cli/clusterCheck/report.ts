/** What a check of the cluster found, judged: which links are broken, and which far slower than the others. */
import { z } from 'zod';

const rank = z.int().min(0);

/** What one worker measured towards another one: latency is there and back; or why it could not. */
export const linkSchema = z.strictObject({
  from: rank,
  to: rank,
  latencyMs: z.number().optional(),
  bytesPerSecond: z.number().optional(),
  problem: z.string().optional(),
});
export type Link = z.infer<typeof linkSchema>;

const judgedLink = linkSchema.extend({ state: z.enum(['ok', 'slow', 'broken']) });
export type JudgedLink = z.infer<typeof judgedLink>;

export const reportSchema = z.strictObject({
  /** Address of each worker by rank; `null` for one that did not come to the place where the workers meet. */
  workers: z.array(z.string().nullable()),
  links: z.array(judgedLink),
});
export type Report = z.infer<typeof reportSchema>;

/** A link is slow below this part of the bandwidth in the middle, or above this multiple of the latency there. */
const slowFactor = 4;
/** Differences of latency below this say nothing about a link, in milliseconds. */
const noiseMs = 5;

/** Links between machines are compared with each other. Within a machine there is none that could be slow. */
export function judgeLinks(workers: Report['workers'], links: readonly Link[]): JudgedLink[] {
  const between = links.filter(({ from, to }) => workers[from] !== workers[to]);
  const middleLatencyMs = middle(between.flatMap(({ latencyMs }) => latencyMs ?? []));
  const middleBandwidth = middle(between.flatMap(({ bytesPerSecond }) => bytesPerSecond ?? []));
  return links.map((link) => {
    const { latencyMs, bytesPerSecond } = link;
    if (latencyMs === undefined || bytesPerSecond === undefined) return { ...link, state: 'broken' };
    const isSlow = bytesPerSecond < middleBandwidth / slowFactor || latencyMs > slowFactor * middleLatencyMs + noiseMs;
    return { ...link, state: isSlow && between.includes(link) ? 'slow' : 'ok' };
  });
}

/** 0: all links work alike; 1: a link is broken or a worker is missing; 3: a link is far slower than the others. */
export function exitCodeOfReport({ workers, links }: Report): number {
  if (workers.includes(null) || links.some(({ state }) => state === 'broken')) return 1;
  return links.some(({ state }) => state === 'slow') ? 3 : 0;
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
