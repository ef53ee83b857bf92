/** What TensorFlow knows about a function: its operations, as protobuf messages. */
import { library, readBuffer, status } from '../native/index.ts';
import {
  decode,
  FunctionDefSchema,
  GraphDefSchema,
  type FunctionDef,
  type GraphDef,
  type NodeDef,
} from '../native/protos/index.ts';
import { context } from './context.ts';

/** The function `name`, and after it all functions that it calls. */
export function functionDefinitions(name: string): [FunctionDef, ...FunctionDef[]] {
  const main = definition(name);
  const found = new Map([[name, main]]);
  for (const fn of found.values()) {
    for (const callee of fn.nodeDef.flatMap(calledBy)) {
      if (!found.has(callee)) found.set(callee, definition(callee));
    }
  }
  found.delete(name);
  return [main, ...found.values()];
}

/** The versions that TensorFlow writes into a graph. */
export function graphVersions(): NonNullable<GraphDef['versions']> {
  const tf = library();
  const graph = tf.TF_NewGraph();
  try {
    const bytes = readBuffer('a graph', (buffer) => {
      tf.TF_GraphToGraphDef(graph, buffer, status());
    });
    return decode(GraphDefSchema, bytes).versions as NonNullable<GraphDef['versions']>;
  } finally {
    tf.TF_DeleteGraph(graph);
  }
}

function definition(name: string): FunctionDef {
  const bytes = readBuffer(`the function ${name}`, (buffer) => {
    library().TFE_ContextGetFunctionDef(context(), name, buffer, status());
  });
  return decode(FunctionDefSchema, bytes);
}

/** In the order of the attributes' names: TensorFlow writes attributes in any order. */
function calledBy({ attr }: NodeDef): string[] {
  const inOrder = Object.keys(attr).sort();
  return inOrder.flatMap((key) => {
    const value = attr[key]?.value ?? { case: undefined };
    if (value.case === 'func') return [value.value.name];
    return value.case === 'list' ? value.value.func.map(({ name }) => name) : [];
  });
}
