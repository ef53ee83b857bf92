/** Lists of tensors inside a graph: what the rounds of a loop leave for its gradient. They are freed with their last use. */
import type { GraphTensor, TracingGraph, Value } from '../tensor/index.ts';

type Element = Pick<Value, 'dtype' | 'shape'>;

/** @param maximum - The most elements that it will have, which XLA must know; Infinity for any number. */
export function emptyList(graph: TracingGraph, element: Element, maximum: number): GraphTensor {
  const most = Number.isFinite(maximum) ? maximum : -1;
  return only(
    graph.execute('EmptyTensorList', [shapeOf(graph, element), int32(graph, most)], {
      element_dtype: { type: element.dtype },
    }),
  );
}

/** The list with one element more. */
export function pushBack(graph: TracingGraph, list: GraphTensor, element: Value): GraphTensor {
  return only(graph.execute('TensorListPushBack', [list, element], {}));
}

/** The list without its last element, and that element. */
export function popBack(
  graph: TracingGraph,
  list: GraphTensor,
  element: Element,
): { readonly rest: GraphTensor; readonly last: GraphTensor } {
  const outputs = graph.execute('TensorListPopBack', [list, shapeOf(graph, element)], {
    element_dtype: { type: element.dtype },
  });
  const [rest, last] = outputs as [GraphTensor, GraphTensor];
  return { rest, last: element.shape === undefined ? last : graph.withShape(last, element.shape) };
}

/** A whole number as a value of `graph`. */
export function int32(graph: TracingGraph, value: number): GraphTensor {
  return graph.constant(Int32Array.of(value), [], 'int32');
}

function shapeOf(graph: TracingGraph, { shape }: Element): GraphTensor {
  return shape === undefined ? int32(graph, -1) : graph.constant(Int32Array.from(shape), [shape.length], 'int32');
}

function only(outputs: readonly GraphTensor[]): GraphTensor {
  return outputs[0] as GraphTensor;
}
