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

/**
 * Operations that all workers must run in one order, and that run even where nobody uses their result; among them
 * control flow with effects inside.
 */
const isCommunication = (op: string): boolean => /^(Tfd|Collective|Print|Assert|If$|While$)/.test(op);

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

  /** The earlier operations whose effects a call of `op` on `resources` must see, or must not disturb. */
  before(op: string, resources: readonly GraphTensor[]): Set<OperationHandle> {
    const earlier = new Set<OperationHandle>();
    for (const { lastChange, readsSince } of resources.map((resource) => this.#history(resource))) {
      if (lastChange !== undefined) earlier.add(lastChange);
      if (!readers.has(op)) for (const read of readsSince) earlier.add(read);
    }
    if (isCommunication(op) && this.#lastCommunication !== undefined) earlier.add(this.#lastCommunication);
    return earlier;
  }

  /** Notes that `operation`, a call of `op` on `resources`, is now part of the graph. */
  add(op: string, resources: readonly GraphTensor[], operation: OperationHandle): void {
    const isReader = readers.has(op);
    for (const history of resources.map((resource) => this.#history(resource))) {
      if (isReader) {
        history.readsSince.push(operation);
      } else {
        history.lastChange = operation;
        history.readsSince = [];
      }
    }
    if (isCommunication(op)) this.#lastCommunication = operation;
    if (isCommunication(op) || (resources.length > 0 && !isReader)) this.mustRun.add(operation);
  }

  /** Whether something so far may have changed `resource`. */
  isChanged(resource: GraphTensor): boolean {
    return this.#history(resource).lastChange !== undefined;
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
