/** The variables as one of several replicas sees them while its part of a step is traced. */
import { UserError } from '../base/errors.ts';
import { userFrame } from '../base/userFrame.ts';
import { executor, type GraphTensor, type ResourceVariable, type Value, type VariableView } from '../tensor/index.ts';

/**
 * What the replica assigns is seen by itself alone, until the values of all replicas are joined. What an optimizer has
 * changed cannot be seen any more: that happens once for all replicas, when the last one comes to it.
 */
export class ReplicaView implements VariableView {
  /** What the replica has assigned. */
  readonly assigned = new Map<ResourceVariable, GraphTensor>();
  readonly #updated = new Set<ResourceVariable>();
  readonly #graph = executor();

  read(variable: ResourceVariable): GraphTensor | undefined {
    if (this.#updated.has(variable)) throw readAfterUpdate('read');
    return this.assigned.get(variable);
  }

  assign(variable: ResourceVariable, value: Value): boolean {
    if (this.#updated.has(variable)) throw readAfterUpdate('assigned');
    if (executor() !== this.#graph) throw insideBranch('an assignment');
    this.assigned.set(variable, value as GraphTensor);
    return true;
  }

  /** Notes that an optimizer changes `variables`. */
  update(variables: readonly ResourceVariable[]): void {
    for (const variable of variables) {
      if (this.assigned.has(variable)) throw readAfterUpdate('assigned');
      this.#updated.add(variable);
    }
  }
}

/** The error for what all replicas do together, or one after the other, inside of control flow. */
export function insideBranch(what: string): UserError {
  return new UserError({
    code: 'TFD_REPLICA_BRANCH',
    rule: 'Where one process has several replicas, they assign variables and reduce values outside of tf.cond and tf.whileLoop.',
    received: `${what} at ${userFrame() ?? 'an unknown line'}`,
    remedy: 'Return the value from the branch or the loop, and assign or reduce it after it.',
  });
}

function readAfterUpdate(done: string): UserError {
  return new UserError({
    code: 'TFD_REPLICA_READ',
    rule: 'Where one process has several replicas, the optimizer updates its variables when the last replica has given its gradients; within the step nothing else can read or assign them.',
    received: `a variable of the optimizer that is ${done} at ${userFrame() ?? 'an unknown line'}`,
    remedy:
      'Take all gradients before they are applied, and read the variables after the step; or make two steps of it, each a call of strategy.run().',
  });
}
