/** `tf.cond`: one of two branches, chosen by a value that is known only when the compiled function runs. */
import { tidy, type Tensor, type TensorContainer } from '@tensorflow/tfjs-core';
import { toValue } from '../backend/index.ts';
import { executor, TracingGraph } from '../tensor/index.ts';
import { capturesOf, hasEffects, isTrue, traceBranch, withShapes } from './branch.ts';
import { differentBranches, refuseGradient } from './controlErrors.ts';
import { flatten } from './structure.ts';

/**
 * Runs `whenTrue` or `whenFalse`. In a compiled function both are traced, and TensorFlow runs one of them; elsewhere the
 * value is read, and one of them is called. Where workers train together, a branch with collectives must be the same on
 * all of them.
 *
 * @param predicate - A tensor with one element, of any dtype: zero is false.
 * @returns What the chosen function returns: tensors, or arrays and plain objects of them, of the same shapes, dtypes
 *   and plain values in both.
 * @throws UserError `TFD_COND_RESULTS` where the two differ, `TFD_CONTROL_GRADIENT` where a gradient is being traced.
 */
export function cond<R extends TensorContainer>(predicate: Tensor, whenTrue: () => R, whenFalse: () => R): R {
  const graph = executor();
  if (!(graph instanceof TracingGraph)) {
    return tidy(() => isTrue(predicate).dataSync()[0]) ? whenTrue() : whenFalse();
  }
  refuseGradient('tf.cond()');
  const graphs = [new TracingGraph(graph), new TracingGraph(graph)] as const;
  try {
    const none = flatten([]);
    const yes = traceBranch(graphs[0], whenTrue, none);
    const no = traceBranch(graphs[1], whenFalse, none);
    if (yes.structure.key !== no.structure.key) throw differentBranches(yes.structure.key, no.structure.key);
    const captures = capturesOf([yes, no]);
    const op = hasEffects([yes, no]) ? 'If' : 'StatelessIf';
    const outputs = graph.execute(op, [toValue(isTrue(predicate)), captures], {
      then_branch: { func: yes.graph.finishInside('when_true', yes.results, captures) },
      else_branch: { func: no.graph.finishInside('when_false', no.results, captures) },
      Tout: { types: yes.results.map(({ dtype }) => dtype) },
      _lower_using_switch_merge: true,
    });
    return yes.structure.rebuild(withShapes(graph, outputs, yes.structure.tensors)) as R;
  } finally {
    for (const part of graphs) part.discard();
  }
}
