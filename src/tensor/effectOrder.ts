/** Keeps operations with side effects in the order in which they were called, by control dependencies of the graph. */
import type { OperationHandle } from '../native/index.ts';
import type { GraphTensor } from './value.ts';

/** Operations on a resource that leave it as it is; every other one counts as a change. */
const readers = new Set([
  'ReadVariableOp',
  'VariableShape',
  'VarIsInitializedOp',
  'ResourceGather',
  'ResourceGatherNd',
]);

/** Operations that all workers must run in one order, and that run even where nobody uses their result. */
const isCommunication = (op: string): boolean => /^(Tfd|Collective|Print|Assert)/.test(op);

/** What a call of an operation does beside the computation of its results. */
export interface Effects {
  readonly communicates: boolean;
  readonly uses: readonly { readonly resource: GraphTensor; readonly changes: boolean }[];
}

/** What a function inside control flow does. */
export interface PartEffects {
  /** Whether it does anything beside the computation of its results. */
  readonly any: boolean;
  /** For each value that it captures, its last inputs, whether that is a resource which it changes. */
  readonly changes: readonly boolean[];
}

/**
 * @param inputs - All inputs of the call.
 * @param parts - The functions that it calls, where it is control flow.
 */
export function effectsOf(op: string, inputs: readonly GraphTensor[], parts: readonly PartEffects[]): Effects {
  const isControl = parts.length > 0;
  const changes = (position: number): boolean =>
    isControl ? parts.some((part) => part.changes.at(position - inputs.length) ?? true) : !readers.has(op);
  return {
    communicates: isControl ? parts.some(({ any }) => any) : isCommunication(op),
    uses: inputs.flatMap((resource, position) =>
      resource.dtype === 'resource' ? [{ resource, changes: changes(position) }] : [],
    ),
  };
}

/** What has happened to one resource so far. */
interface History {
  lastChange: OperationHandle | undefined;
  readsSince: OperationHandle[];
}

export class EffectOrder {
  /** Operations that must run although no output depends on them. */
  readonly mustRun = new Set<OperationHandle>();
  readonly #histories = new Map<OperationHandle, History>();
  #lastCommunication: OperationHandle | undefined;

  /** The earlier operations whose effects a call with such effects must see, or must not disturb. */
  before({ uses, communicates }: Effects): Set<OperationHandle> {
    const earlier = new Set<OperationHandle>();
    for (const { resource, changes } of uses) {
      const { lastChange, readsSince } = this.#history(resource);
      if (lastChange !== undefined) earlier.add(lastChange);
      if (changes) for (const read of readsSince) earlier.add(read);
    }
    if (communicates && this.#lastCommunication !== undefined) earlier.add(this.#lastCommunication);
    return earlier;
  }

  /** Notes that `operation`, a call with such effects, is now part of the graph. */
  add({ uses, communicates }: Effects, operation: OperationHandle): void {
    for (const { resource, changes } of uses) {
      const history = this.#history(resource);
      if (changes) {
        history.lastChange = operation;
        history.readsSince = [];
      } else {
        history.readsSince.push(operation);
      }
    }
    if (communicates) this.#lastCommunication = operation;
    if (communicates || uses.some(({ changes }) => changes)) this.mustRun.add(operation);
  }

  /** Whether something so far may have changed `resource`. */
  isChanged(resource: GraphTensor): boolean {
    return this.#histories.get(resource.output.oper)?.lastChange !== undefined;
  }

  #history(resource: GraphTensor): History {
    let history = this.#histories.get(resource.output.oper);
    if (history === undefined) {
      history = { lastChange: undefined, readsSince: [] };
      this.#histories.set(resource.output.oper, history);
    }
    return history;
  }
}
