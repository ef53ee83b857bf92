/** `tf.whileLoop`: a loop whose number of rounds is known only when the compiled function runs. */
import { dispose, tidy, type Tensor, type TensorContainer } from '@tensorflow/tfjs-core';
import { toValue } from '../backend/index.ts';
import { executor, TracingGraph } from '../tensor/index.ts';
import { capturesOf, hasEffects, isTrue, traceBranch, withShapes } from './branch.ts';
import { differentState, refuseGradient } from './controlErrors.ts';
import { flatten, variablesAsTensors } from './structure.ts';

/**
 * Calls `body` on the state as long as `condition` says so. In a compiled function it becomes a loop of TensorFlow,
 * traced once; elsewhere it is a loop of JavaScript.
 *
 * @param condition - Takes the state; gives a tensor with one element, of any dtype: zero ends the loop.
 * @param body - Takes the state and gives the next one, of the same structure, shapes, dtypes and plain values.
 * @param initial - The first state: a tensor, or arrays and plain objects of tensors and plain values.
 * @returns The last state, in tensors of its own.
 * @throws UserError `TFD_WHILE_STATE` where `body` changes the structure, `TFD_CONTROL_GRADIENT` where a gradient is
 *   being traced.
 */
export function whileLoop<S>(condition: (state: S) => Tensor, body: (state: S) => S, initial: S): S {
  const graph = executor();
  return graph instanceof TracingGraph ? traced(graph, condition, body, initial) : eager(condition, body, initial);
}

function eager<S>(condition: (state: S) => Tensor, body: (state: S) => S, initial: S): S {
  let state = owned(initial);
  const { key } = flatten(state);
  while (tidy(() => isTrue(condition(state)).dataSync()[0])) {
    const next = owned(() => body(state));
    dispose(state as TensorContainer);
    state = next;
    const nextKey = flatten(state).key;
    if (nextKey !== key) throw differentState(key, nextKey);
  }
  return state;
}

function traced<S>(graph: TracingGraph, condition: (state: S) => Tensor, body: (state: S) => S, initial: S): S {
  refuseGradient('tf.whileLoop()');
  const start = flatten([variablesAsTensors(initial)]);
  const graphs = [new TracingGraph(graph), new TracingGraph(graph)] as const;
  try {
    const test = traceBranch(graphs[0], (state: S) => isTrue(condition(state)), start);
    const round = traceBranch(graphs[1], (state: S) => [body(state)], start);
    if (round.structure.key !== start.key) throw differentState(start.key, round.structure.key);
    const captures = capturesOf([test, round]);
    const isStateful = hasEffects([test, round]);
    const first = start.tensors.map((tensor) => toValue(tensor));
    const outputs = graph.execute(isStateful ? 'While' : 'StatelessWhile', [[...first, ...captures]], {
      cond: { func: test.graph.finishInside('while_condition', test.results, captures) },
      body: { func: round.graph.finishInside('while_body', [...round.results, ...captures], captures) },
      // Rounds with side effects must not overlap.
      parallel_iterations: { int: isStateful ? 1 : 10 },
      _lower_using_switch_merge: true,
    });
    const [last] = start.rebuild(withShapes(graph, outputs, start.tensors)) as [S];
    return last;
  } finally {
    for (const part of graphs) part.discard();
  }
}

/** The state in tensors that nobody else disposes. */
function owned<S>(state: S | (() => S)): S {
  return tidy(() => {
    const { tensors, rebuild } = flatten(
      variablesAsTensors(typeof state === 'function' ? (state as () => S)() : state),
    );
    return rebuild(tensors.map((tensor) => tensor.clone())) as TensorContainer;
  }) as S;
}
