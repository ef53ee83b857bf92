/**
 * The gradient of `tf.cond`: a second condition, on the same value, whose branches apply the gradients of the first one's
 * branches. What these have computed and the gradients need becomes further outputs of the first.
 */
import { fill, type Tensor } from '@tensorflow/tfjs-core';
import { toTensor, toValue } from '../backend/index.ts';
import { TracingGraph, type GraphTensor, type Value } from '../tensor/index.ts';
import { graphInForce, inGraph, isDifferentiable, withShapes, type Branch } from './branch.ts';
import { makeIf, type Side } from './makeIf.ts';
import { recordOnce } from './recordOnce.ts';
import { pullBack, reached } from './tape.ts';

export interface CondGradient {
  /** Values of each branch that the gradient needs. */
  readonly kept: readonly [readonly Value[], readonly Value[]];
  /**
   * Puts the condition onto TF.js's tape.
   *
   * @param kept - The further outputs, those of both branches.
   */
  record(results: readonly Tensor[], kept: readonly Value[]): void;
}

/**
 * Traces the gradient of two branches.
 *
 * @param active - Ids of the tensors that gradients may be asked for.
 * @returns Undefined where no gradient flows through them.
 */
export function condGradient(
  graph: TracingGraph,
  test: Value,
  branches: readonly [Branch, Branch],
  active: ReadonlySet<number>,
): CondGradient | undefined {
  const used = new Map(branches.flatMap((branch) => branch.used.map((tensor) => [tensor.id, tensor] as const)));
  const sources = [...used.values()].filter((tensor) => isDifferentiable(tensor) && active.has(tensor.id));
  const reachedIn = branches.map(({ tape }) => reached(tape, new Set(sources.map(({ id }) => id))));
  const outputs = branches[0].structure.tensors.flatMap((tensor, index) => {
    const isReached = branches.some(({ structure }, side) =>
      reachedIn[side]?.has((structure.tensors[index] as Tensor).id),
    );
    return isDifferentiable(tensor) && isReached ? [index] : [];
  });
  if (outputs.length === 0) return undefined;
  const kept: [GraphTensor[], GraphTensor[]] = [[], []];
  const graphs: TracingGraph[] = [];
  try {
    const sides = branches.map((branch, side): Side => {
      const backward: TracingGraph = new TracingGraph(graph, {
        graph: branch.graph,
        take: (value) => {
          kept[side]?.push(value);
          return backward.argument(value.dtype, value.shape);
        },
      });
      graphs.push(backward);
      return inGraph(backward, () => {
        const ys = outputs.map((index) => branch.structure.tensors[index] as Tensor);
        const dys = ys.map(({ dtype, shape }) => toTensor(backward.argument(dtype, shape)));
        // Both branches take what is kept of the first before what is kept of the second.
        if (side === 1) for (const { dtype, shape } of kept[0]) backward.argument(dtype, shape);
        const grads = pullBack(branch.tape, ys, dys, sources);
        const results = grads.map((dx, index) => {
          const { shape, dtype } = sources[index] as Tensor;
          return backward.inside(toValue(dx ?? fill(shape, 0, dtype)));
        });
        return { name: side === 0 ? 'when_true_gradient' : 'when_false_gradient', graph: backward, results };
      });
    }) as [Side, Side];
    for (const { dtype, shape } of kept[1]) sides[0].graph.argument(dtype, shape);
    const { op, captures, attributes } = makeIf(sides);
    return {
      kept,
      record: (results, keptOutside) => {
        const ys = outputs.map((index) => results[index] as Tensor);
        recordOnce('tf.cond()', sources, ys, (dys) => {
          const here = graphInForce();
          const inputs = [...dys.map((dy) => toValue(dy)), ...keptOutside, ...captures];
          return withShapes(here, here.execute(op, [test, inputs], attributes), sources);
        });
      },
    };
  } finally {
    for (const each of graphs) each.discard();
  }
}
