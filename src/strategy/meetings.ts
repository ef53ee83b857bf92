/** Where replicas of one process wait for each other: each is traced to its end, so the last to come does the work. */
import { UserError } from '../base/errors.ts';

interface Meeting {
  readonly topic: string;
  /** What the replicas have brought, in their order. */
  readonly brought: unknown[];
}

/** What one replica does with the meetings. */
export interface Attendance {
  /** Comes to the next meeting with a contribution. The last replica to come concludes it, with those of all. */
  meet<T>(topic: string, bring: T, conclude: (brought: readonly T[]) => void): void;
}

export class Meetings {
  readonly #numReplicas: number;
  readonly #meetings: Meeting[] = [];

  constructor(numReplicas: number) {
    this.#numReplicas = numReplicas;
  }

  /** The way of one replica through the meetings. */
  replica(): Attendance {
    let next = 0;
    return {
      meet: <T>(topic: string, bring: T, conclude: (brought: readonly T[]) => void) => {
        const meeting = (this.#meetings[next++] ??= { topic, brought: [] });
        if (meeting.topic !== topic) throw replicasDiffer(`${topic}, where another replica has ${meeting.topic}`);
        meeting.brought.push(bring);
        if (meeting.brought.length === this.#numReplicas) conclude(meeting.brought as T[]);
      },
    };
  }

  /** @throws UserError `TFD_REPLICAS_DIFFER` where not all replicas have come to every meeting. */
  close(): void {
    const open = this.#meetings.find(({ brought }) => brought.length < this.#numReplicas);
    if (open === undefined) return;
    throw replicasDiffer(`${open.topic} on ${open.brought.length} of ${this.#numReplicas} replicas`);
  }
}

function replicasDiffer(received: string): UserError {
  return new UserError({
    code: 'TFD_REPLICAS_DIFFER',
    rule: 'All replicas reduce the same values, and apply gradients of the same variables, in the same order.',
    received,
    remedy: 'Let what the step does not depend on the number of the replica.',
  });
}
