/** One worker's part in a check of the cluster: measures its links in turn, and receives the report on all. */
import { PeerError } from '../../base/errors.ts';
import { joinRendezvous, type RendezvousStore, type WorkerIdentity } from '../../cluster/index.ts';
import { z } from 'zod';
import { answerProbes, probe, type ProbeOptions } from './probe.ts';
import { judgeLinks, linkSchema, reportSchema, type Link, type Report } from './report.ts';
import { makeRounds } from './rounds.ts';

export interface CheckOptions extends ProbeOptions {
  /** How long to wait for workers that have not come, in milliseconds. */
  readonly joinTimeoutMs: number;
}

const placeSchema = z.strictObject({ host: z.string(), port: z.int() });
const placesSchema = z.array(placeSchema.nullable());
type Place = z.infer<typeof placeSchema>;

export async function checkLinks(worker: WorkerIdentity, options: CheckOptions): Promise<Report> {
  const { rank, worldSize } = worker;
  const { joinTimeoutMs } = options;
  const { store, address, close } = await joinRendezvous(worker, { timeoutMs: joinTimeoutMs });
  const server = await answerProbes(address, options);
  try {
    const { port } = server.address() as { port: number };
    await store.set(`check/place/${rank}`, JSON.stringify({ host: address, port } satisfies Place));
    if (rank === 0) await store.set('check/places', JSON.stringify(await findPlaces(store, worldSize, joinTimeoutMs)));
    // Rank 0 waits for as long before it answers.
    const waitMs = 2 * joinTimeoutMs;
    const places = placesSchema.parse(parse(await store.get('check/places', { timeoutMs: waitMs })));
    const links = await measure(store, rank, places, options);
    await store.set(`check/links/${rank}`, JSON.stringify(links));
    if (rank === 0) await store.set('check/report', JSON.stringify(await makeReport(store, places)));
    const report = reportSchema.parse(parse(await store.get('check/report')));
    // Rank 0 may hold the place to meet: it leaves last.
    await store.barrier('check/end', present(places).length);
    return report;
  } finally {
    server.close();
    await close();
  }
}

/** Where each worker listens; `null` for one that did not come in time. */
async function findPlaces(store: RendezvousStore, worldSize: number, timeoutMs: number): Promise<(Place | null)[]> {
  const find = async (rank: number) => {
    try {
      return placeSchema.parse(parse(await store.get(`check/place/${rank}`, { timeoutMs })));
    } catch (error) {
      if (error instanceof PeerError && error.code === 'TFD_RENDEZVOUS_TIMEOUT') return null;
      throw error;
    }
  };
  return Promise.all(Array.from({ length: worldSize }, (_, rank) => find(rank)));
}

async function measure(
  store: RendezvousStore,
  rank: number,
  places: readonly (Place | null)[],
  options: ProbeOptions,
): Promise<Link[]> {
  const ranks = present(places);
  const links: Link[] = [];
  for (const [round, pairs] of makeRounds(ranks).entries()) {
    await store.barrier(`check/round/${round}`, ranks.length);
    const to = pairs.find(([from]) => from === rank)?.[1];
    const place = to === undefined ? undefined : places[to];
    if (to === undefined || place == null) continue;
    try {
      links.push({ from: rank, to, ...(await probe(place.host, place.port, options)) });
    } catch (error) {
      links.push({ from: rank, to, problem: error instanceof Error ? error.message : String(error) });
    }
  }
  return links;
}

async function makeReport(store: RendezvousStore, places: readonly (Place | null)[]): Promise<Report> {
  const workers = places.map((place) => place?.host ?? null);
  const linksOf = async (rank: number) => z.array(linkSchema).parse(parse(await store.get(`check/links/${rank}`)));
  const links = await Promise.all(present(places).map(linksOf));
  return {
    workers,
    links: judgeLinks(
      workers,
      links.flat().sort((a, b) => a.from - b.from || a.to - b.to),
    ),
  };
}

function present(places: readonly (Place | null)[]): number[] {
  return places.flatMap((place, rank) => (place === null ? [] : [rank]));
}

function parse(bytes: Buffer): unknown {
  return JSON.parse(bytes.toString());
}
