/** `tf.whileLoop`: a loop whose number of rounds is known only when the compiled function runs. */
import { dispose, tidy, type Tensor, type TensorContainer } from '@tensorflow/tfjs-core';
import { toValue } from '../backend/index.ts';
import { executor, TracingGraph, type GraphTensor, type Value } from '../tensor/index.ts';
import { isTrue, traceBranch, withShapes, type Branch } from './branch.ts';
import { differentState, wrongMaximum } from './controlErrors.ts';
import { makeWhile } from './makeWhile.ts';
import { flatten, variablesAsTensors } from './structure.ts';
import { activeIds, discardTape, isRecording } from './tape.ts';
import { emptyList, int32, pushBack } from './tensorList.ts';
import { whileGradient } from './whileGradient.ts';

/** Options of `tf.whileLoop`. */
export interface WhileOptions {
  /**
   * Number of rounds after which the loop ends in any case. Default: no limit. XLA (`jitCompile`) needs it for gradients
   * through the loop.
   */
  readonly maximumIterations?: number;
}

/** The structure of `S`, with tensors of any rank: the methods of TF.js's tensors forget it. */
export type NextState<S> = S extends Tensor ? Tensor : S extends object ? { [K in keyof S]: NextState<S[K]> } : S;

/**
 * Calls `body` on the state as long as `condition` says so. In a compiled function it becomes a loop of TensorFlow,
 * traced once; elsewhere it is a loop of JavaScript. Gradients go through it: for them, memory for what each round
 * computes is taken until they are known.
 *
 * @param condition - Takes the state; gives a tensor with one element, of any dtype: zero ends the loop.
 * @param body - Takes the state and gives the next one, of the same structure, shapes, dtypes and plain values.
 * @param initial - The first state: a tensor, or arrays and plain objects of tensors and plain values.
 * @returns The last state, in tensors of its own.
 * @throws UserError `TFD_WHILE_STATE` where `body` changes the structure, `TFD_WHILE_MAXIMUM` for a limit that is not a
 *   whole number, `TFD_CONTROL_GRADIENT` for a second derivative inside a compiled function.
 */
export function whileLoop<S>(
  condition: (state: S) => Tensor,
  body: (state: S) => NextState<S>,
  initial: S,
  { maximumIterations = Infinity }: WhileOptions = {},
): S {
  if (maximumIterations !== Infinity && !(Number.isSafeInteger(maximumIterations) && maximumIterations >= 0)) {
    throw wrongMaximum(maximumIterations);
  }
  const graph = executor();
  return graph instanceof TracingGraph
    ? traced(graph, condition, body as (state: S) => S, initial, maximumIterations)
    : eager(condition, body as (state: S) => S, initial, maximumIterations);
}

function eager<S>(condition: (state: S) => Tensor, body: (state: S) => S, initial: S, maximum: number): S {
  let state = owned(initial);
  const { key } = flatten(state);
  for (let round = 0; round < maximum && tidy(() => isTrue(condition(state)).dataSync()[0]); round++) {
    const next = owned(() => body(state));
    dispose(state as TensorContainer);
    state = next;
    const nextKey = flatten(state).key;
    if (nextKey !== key) throw differentState(key, nextKey);
  }
  return state;
}

function traced<S>(
  graph: TracingGraph,
  condition: (state: S) => Tensor,
  body: (state: S) => S,
  initial: S,
  maximum: number,
): S {
  const start = flatten([variablesAsTensors(initial)]);
  const graphs = [new TracingGraph(graph), new TracingGraph(graph)] as const;
  const branches: Branch[] = [];
  try {
    const active = isRecording() ? activeIds() : undefined;
    const test = traceBranch(graphs[0], (state: S) => isTrue(condition(state)), start);
    const round = traceBranch(graphs[1], (state: S) => [body(state)], start, active);
    branches.push(test, round);
    if (round.structure.key !== start.key) throw differentState(start.key, round.structure.key);
    const gradient = active && whileGradient(graph, start.tensors, round, active);
    const kept = gradient?.kept ?? [];
    const isCounted = gradient !== undefined || maximum !== Infinity;
    const [result] = test.results as [Value];
    const results = [...round.results];
    const counted = isCounted ? countRounds(test, round, maximum) : undefined;
    if (counted !== undefined) results.push(counted.next);
    for (const value of kept) {
      test.graph.argument('variant', []);
      results.push(pushBack(round.graph, round.graph.argument('variant', []), value));
    }
    const run = makeWhile({
      name: 'while',
      condition: { graph: test.graph, result: counted?.result ?? result },
      body: { graph: round.graph, results },
    });
    const lists = kept.map((value) => emptyList(graph, value, maximum));
    const count = isCounted ? [int32(graph, 0)] : [];
    const outputs = run(graph, [...start.tensors.map((tensor) => toValue(tensor)), ...count, ...lists]);
    const last = withShapes(graph, outputs, start.tensors);
    const [numRounds, ...others] = outputs.slice(last.length);
    gradient?.record(last, numRounds as GraphTensor, others.slice(0, kept.length));
    return (start.rebuild(last) as [S])[0];
  } finally {
    for (const { tape } of branches) discardTape(tape);
    for (const part of graphs) part.discard();
  }
}

/** Adds the number of rounds to the state: a gradient goes through as many, and a limit ends the loop. */
function countRounds(test: Branch, round: Branch, maximum: number): { result: Value; next: Value } {
  const count = round.graph.argument('int32', []);
  const [next] = round.graph.execute('AddV2', [count, int32(round.graph, 1)], {});
  const { graph } = test;
  const before = graph.argument('int32', []);
  const [goesOn] = test.results;
  if (maximum === Infinity) return { result: goesOn as Value, next: next as Value };
  const [isWithin] = graph.execute('Less', [before, int32(graph, Math.min(maximum, 2 ** 31 - 1))], {});
  const [result] = graph.execute('LogicalAnd', [isWithin as Value, goesOn as Value], {});
  return { result: result as Value, next: next as Value };
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
