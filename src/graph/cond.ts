/** `tf.cond`: one of two branches, chosen by a value that is known only when the compiled function runs. */
import { tidy, type Tensor, type TensorContainer } from '@tensorflow/tfjs-core';
import { toValue } from '../backend/index.ts';
import { executor, TracingGraph, type Value } from '../tensor/index.ts';
import { isTrue, traceBranch, withShapes, type Branch } from './branch.ts';
import { condGradient } from './condGradient.ts';
import { differentBranches } from './controlErrors.ts';
import { makeIf } from './makeIf.ts';
import { flatten } from './structure.ts';
import { activeIds, discardTape, isRecording } from './tape.ts';

/**
 * Runs `whenTrue` or `whenFalse`. In a compiled function both are traced, and TensorFlow runs one of them; elsewhere the
 * value is read, and one of them is called. Gradients go through the branch that ran. Where workers train together, a
 * branch with collectives must be the same on all of them.
 *
 * @param predicate - A tensor with one element, of any dtype: zero is false.
 * @returns What the chosen function returns: tensors, or arrays and plain objects of them, of the same shapes, dtypes
 *   and plain values in both.
 * @throws UserError `TFD_COND_RESULTS` where the two differ, `TFD_CONTROL_GRADIENT` for a second derivative inside a
 *   compiled function.
 */
export function cond<R extends TensorContainer>(predicate: Tensor, whenTrue: () => R, whenFalse: () => R): R {
  const graph = executor();
  if (!(graph instanceof TracingGraph)) {
    return tidy(() => isTrue(predicate).dataSync()[0]) ? whenTrue() : whenFalse();
  }
  const graphs = [new TracingGraph(graph), new TracingGraph(graph)] as const;
  const branches: Branch[] = [];
  try {
    const active = isRecording() ? activeIds() : undefined;
    const yes = traceBranch(graphs[0], whenTrue, flatten([]), active);
    branches.push(yes);
    const no = traceBranch(graphs[1], whenFalse, flatten([]), active);
    branches.push(no);
    const { key, tensors, rebuild } = yes.structure;
    if (key !== no.structure.key) throw differentBranches(key, no.structure.key);
    const test = toValue(isTrue(predicate));
    const gradient = active && condGradient(graph, test, [yes, no], active);
    const [kept, keptElsewhere] = gradient?.kept ?? [[], []];
    const { op, captures, attributes } = makeIf([
      { name: 'when_true', graph: yes.graph, results: [...yes.results, ...kept, ...unused(yes, keptElsewhere)] },
      { name: 'when_false', graph: no.graph, results: [...no.results, ...unused(no, kept), ...keptElsewhere] },
    ]);
    const outputs = graph.execute(op, [test, captures], attributes);
    const results = withShapes(graph, outputs, tensors);
    gradient?.record(results, outputs.slice(tensors.length));
    return rebuild(results) as R;
  } finally {
    for (const { tape } of branches) discardTape(tape);
    for (const part of graphs) part.discard();
  }
}

/** Values that stand for those which only the other branch computes. */
function unused({ graph }: Branch, others: readonly Value[]): Value[] {
  return others.flatMap(({ dtype, shape = [] }) =>
    graph.execute('FakeParam', [], { dtype: { type: dtype }, shape: { shape } }),
  );
}
