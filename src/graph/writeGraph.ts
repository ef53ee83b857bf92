/** Writes a traced function where TensorBoard finds it. */
import { notWritten } from '../base/notWritten.ts';
import { op, scoped } from '../backend/kernel.ts';
import { eagerExecutor, withExecutor, type TracedFunction, type Value } from '../tensor/index.ts';

let numWriters = 0;

/**
 * Adds an event file with the graph to `folder`, which is made where it is missing.
 *
 * @throws EnvironmentError `TFD_GRAPH_WRITE`
 */
export async function writeGraph(folder: string, compiled: TracedFunction): Promise<void> {
  const { graphDefOf } = await import('./graphDef.ts');
  const graph = graphDefOf(compiled);
  try {
    withExecutor(eagerExecutor(), () => {
      scoped(() => {
        writeEvent(folder, graph);
      });
    });
  } catch (cause) {
    throw notWritten({ code: 'TFD_GRAPH_WRITE', rule: `The graph could not be written to ${folder}.` }, cause);
  }
}

function writeEvent(folder: string, graph: Uint8Array): void {
  const executor = eagerExecutor();
  const constants: { dispose(): void }[] = [];
  const keep = <T extends Value & { dispose(): void }>(value: T): T => {
    constants.push(value);
    return value;
  };
  const text = (value: string | Uint8Array): Value => keep(executor.constant([Buffer.from(value)], [], 'string'));
  const int = (value: number): Value => keep(executor.constant(Int32Array.of(value), [], 'int32'));
  try {
    const writer = op('SummaryWriter', [], { shared_name: `graph_${numWriters++}` });
    const suffix = '.graph';
    executor.execute('CreateSummaryFileWriter', [writer, text(folder), int(1), int(1000), text(suffix)], {});
    const step = keep(executor.constant(BigInt64Array.of(0n), [], 'int64'));
    executor.execute('WriteGraphSummary', [writer, step, text(graph)], {});
    executor.execute('CloseSummaryWriter', [writer], {});
  } finally {
    for (const constant of constants) constant.dispose();
  }
}
