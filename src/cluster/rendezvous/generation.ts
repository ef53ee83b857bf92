/** What the workers of one generation share on the rendezvous server: who is there, keys with values, barriers. */
import type { ServerMessage } from './messages.ts';

/** One connected worker. */
export interface Member {
  readonly rank: number;
  lastHeardMs: number;
}

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** How a waiting request ends. */
export type Outcome = WithoutId<Extract<ServerMessage, { op: 'done' | 'timeout' }>>;

/** A request of one worker that cannot be answered yet. */
interface Waiting {
  readonly member: Member;
  readonly timer: NodeJS.Timeout;
  readonly answer: (outcome: Outcome) => void;
}

/** A request as it comes in. */
interface Request {
  readonly member: Member;
  readonly timeoutMs: number;
  readonly answer: (outcome: Outcome) => void;
}

/** A member that has sent nothing for this long, heartbeats included, counts as silent. */
const silentAfterMs = 5000;

export class Generation {
  readonly members = new Map<number, Member>();
  /** Whether all ranks have been there at one time. */
  wasComplete = false;
  readonly #ranks: readonly number[];
  readonly #values = new Map<string, string>();
  readonly #waitingForKey = new Map<string, Set<Waiting>>();
  readonly #waitingAtBarrier = new Map<string, Set<Waiting>>();

  constructor(worldSize: number) {
    this.#ranks = Array.from({ length: worldSize }, (_, rank) => rank);
  }

  join(member: Member): void {
    this.members.set(member.rank, member);
    this.wasComplete ||= this.members.size === this.#ranks.length;
  }

  /** Stores a value and answers everybody who waits for it. A later value replaces an earlier one. */
  set(key: string, value: string): void {
    this.#values.set(key, value);
    answerAll(this.#waitingForKey, key, { op: 'done', value });
  }

  /** Answers with the value at once, or as soon as somebody sets it. */
  get(key: string, request: Request): void {
    const value = this.#values.get(key);
    if (value !== undefined) {
      request.answer({ op: 'done', value });
      return;
    }
    const waiting = wait(this.#waitingForKey, key, request, () => {
      this.#waitingForKey.get(key)?.delete(waiting);
      request.answer(this.#timeout(this.#ranks.filter((rank) => !this.members.has(rank))));
    });
  }

  /**
   * Answers all who arrived once `count` different ranks have; the name can then be used again.
   * When the time of one is up, the barrier ends for all who wait there: it can no longer be complete.
   */
  arrive(name: string, count: number, request: Request): void {
    const arrived = () => new Set([...(this.#waitingAtBarrier.get(name) ?? [])].map(({ member }) => member.rank));
    wait(this.#waitingAtBarrier, name, request, () => {
      const missing = this.#ranks.filter((rank) => !arrived().has(rank));
      answerAll(this.#waitingAtBarrier, name, this.#timeout(missing));
    });
    if (arrived().size >= count) answerAll(this.#waitingAtBarrier, name, { op: 'done' });
  }

  /** Forgets a member and what it waits for; the values that it set stay. */
  leave(member: Member): void {
    this.members.delete(member.rank);
    for (const entry of [...this.#waitingForKey.values(), ...this.#waitingAtBarrier.values()]) {
      for (const waiting of entry) {
        if (waiting.member !== member) continue;
        clearTimeout(waiting.timer);
        entry.delete(waiting);
      }
    }
  }

  #timeout(missingRanks: number[]): Outcome {
    const limit = Date.now() - silentAfterMs;
    const silent = [...this.members.values()].filter(({ lastHeardMs }) => lastHeardMs < limit);
    return { op: 'timeout', missingRanks, silentRanks: silent.map(({ rank }) => rank) };
  }
}

function wait(
  table: Map<string, Set<Waiting>>,
  key: string,
  { member, timeoutMs, answer }: Request,
  onTimeout: () => void,
): Waiting {
  const waiting: Waiting = { member, answer, timer: setTimeout(onTimeout, timeoutMs).unref() };
  const entries = table.get(key);
  if (entries === undefined) table.set(key, new Set([waiting]));
  else entries.add(waiting);
  return waiting;
}

function answerAll(table: Map<string, Set<Waiting>>, key: string, outcome: Outcome): void {
  const entries = table.get(key) ?? [];
  table.delete(key);
  for (const { timer, answer } of entries) {
    clearTimeout(timer);
    answer(outcome);
  }
}
