/**
 * The gradient of `tf.whileLoop`: a second loop of as many rounds, backwards. What a round has computed and its gradient
 * needs is pushed to a list, one for each value, and popped in the second loop. The gradients by what the body uses from
 * outside, such as the weights of a recurrent cell, add up over the rounds.
 */
import { add, fill, type Tensor } from '@tensorflow/tfjs-core';
import { toTensor, toValue } from '../backend/index.ts';
import { TracingGraph, type GraphTensor, type Value } from '../tensor/index.ts';
import { graphInForce, inGraph, isDifferentiable, withShapes, type Branch } from './branch.ts';
import { makeWhile } from './makeWhile.ts';
import { recordOnce } from './recordOnce.ts';
import { pullBack, reached } from './tape.ts';
import { int32, popBack } from './tensorList.ts';

export interface WhileGradient {
  /** Values of the body that its gradient needs. */
  readonly kept: readonly GraphTensor[];
  /**
   * Puts the loop onto TF.js's tape.
   *
   * @param last - The last state.
   * @param lists - What all rounds have pushed of each value that is kept.
   */
  record(last: readonly Tensor[], numRounds: Value, lists: readonly Value[]): void;
}

/**
 * Traces the gradient of a loop.
 *
 * @param start - The first state.
 * @param round - The body.
 * @param active - Ids of the tensors that gradients may be asked for.
 * @returns Undefined where no gradient flows through the loop.
 */
export function whileGradient(
  graph: TracingGraph,
  start: readonly Tensor[],
  round: Branch,
  active: ReadonlySet<number>,
): WhileGradient | undefined {
  const sources = round.used.filter((tensor) => isDifferentiable(tensor) && active.has(tensor.id));
  const states = activeStates(start, round, sources, active);
  if (states.length === 0) return undefined;
  const kept: GraphTensor[] = [];
  const rests: Value[] = [];
  const body: TracingGraph = new TracingGraph(graph, {
    graph: round.graph,
    take: (value) => {
      kept.push(value);
      const { rest, last } = popBack(body, body.argument('variant', []), value);
      rests.push(rest);
      return last;
    },
  });
  const condition = new TracingGraph(graph);
  const like = [...states.map((index) => start[index] as Tensor), ...sources];
  try {
    const results = inGraph(body, () => {
      const left = body.argument('int32', []);
      const [dys, sums] = [like.slice(0, states.length), sources].map((tensors) =>
        tensors.map(({ dtype, shape }) => toTensor(body.argument(dtype, shape))),
      ) as [Tensor[], Tensor[]];
      const ys = states.map((index) => round.structure.tensors[index] as Tensor);
      const symbols = states.map((index) => round.symbols[index] as Tensor);
      const grads = pullBack(round.tape, ys, dys, [...symbols, ...sources]);
      const dxs = symbols.map(({ shape, dtype }, index) => grads[index] ?? fill(shape, 0, dtype));
      const totals = sums.map((sum, index) => {
        const dx = grads[states.length + index];
        return dx === undefined ? sum : add(sum, dx);
      });
      return [
        ...body.execute('Sub', [left, int32(body, 1)], {}),
        ...[...dxs, ...totals].map((dx) => body.inside(toValue(dx))),
      ];
    });
    const left = condition.argument('int32', []);
    for (const { dtype, shape } of like) condition.argument(dtype, shape);
    kept.forEach(() => condition.argument('variant', []));
    const [result] = condition.execute('Greater', [left, int32(condition, 0)], {});
    const run = makeWhile({
      name: 'while_gradient',
      condition: { graph: condition, result: result as Value },
      body: { graph: body, results: [...results, ...rests] },
    });
    return {
      kept,
      record: (last, numRounds, lists) => {
        const inputs = states.map((index) => start[index] as Tensor);
        const ys = states.map((index) => last[index] as Tensor);
        recordOnce('tf.whileLoop()', [...inputs, ...sources], ys, (dys) => {
          const here = graphInForce();
          const zeros = sources.map(({ shape, dtype }) => fill(shape, 0, dtype));
          const first = [...dys, ...zeros].map((tensor) => toValue(tensor));
          const [, ...outputs] = run(here, [numRounds, ...first, ...lists]);
          return withShapes(here, outputs, like);
        });
      },
    };
  } finally {
    for (const part of [body, condition]) part.discard();
  }
}

/** Positions in the state of what a gradient may flow through: what starts so, or becomes so in some round. */
function activeStates(
  start: readonly Tensor[],
  { tape, symbols, structure }: Branch,
  sources: readonly Tensor[],
  active: ReadonlySet<number>,
): number[] {
  const numbers = start.flatMap((tensor, index) => (isDifferentiable(tensor) ? [index] : []));
  let found = numbers.filter((index) => active.has((start[index] as Tensor).id));
  for (;;) {
    const from = new Set([...found.map((index) => symbols[index] as Tensor), ...sources].map(({ id }) => id));
    const all = reached(tape, from);
    const next = numbers.filter((index) => found.includes(index) || all.has((structure.tensors[index] as Tensor).id));
    if (next.length === found.length) return found;
    found = next;
  }
}
