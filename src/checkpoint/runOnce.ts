/** Runs operations off the event loop, after every compiled call that was made before: as a function used once. */
import { TracingGraph, withExecutor, type EagerTensor, type TracedFunction, type Value } from '../tensor/index.ts';

/** The tensors that `record` describes, which are the caller's to dispose. */
export async function runOnce(name: string, record: () => readonly Value[]): Promise<EagerTensor[]> {
  const fn = trace(name, record);
  try {
    return await fn.call([]);
  } finally {
    fn.dispose();
  }
}

function trace(name: string, record: () => readonly Value[]): TracedFunction {
  const graph = new TracingGraph();
  try {
    return withExecutor(graph, () => graph.finish(name, record()));
  } catch (error) {
    graph.discard();
    throw error;
  }
}
