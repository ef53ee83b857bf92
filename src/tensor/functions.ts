/** Makes TensorFlow functions of graphs in the context, and removes them. */
import { check, library, status, type GraphHandle, type OperationHandle } from '../native/index.ts';
import { context } from './context.ts';
import type { GraphTensor } from './value.ts';

/** What the function is made of. */
export interface FunctionParts {
  /** What people call it. */
  readonly name: string;
  readonly graph: GraphHandle;
  readonly inputs: readonly GraphTensor[];
  readonly outputs: readonly GraphTensor[];
  /** Operations that must run although no output depends on them. */
  readonly mustRun: ReadonlySet<OperationHandle>;
}

let numFunctions = 0;

/** Adds the function. @returns The name that it has in the context, which no other has. */
export function addFunction({ name, graph, inputs, outputs, mustRun }: FunctionParts): string {
  const tf = library();
  const uniqueName = `${name.replaceAll(/[^A-Za-z0-9_.]/g, '_') || 'function'}_${numFunctions++}`;
  const fn = tf.TF_GraphToFunctionWithControlOutputs(
    graph,
    uniqueName,
    0,
    -1,
    null,
    inputs.length,
    inputs.map(({ output }) => output),
    outputs.length,
    outputs.map(({ output }) => output),
    null,
    mustRun.size,
    BigUint64Array.from([...mustRun, 0n]),
    null,
    null,
    null,
    status(),
  );
  check(`the function ${name}`);
  if (fn !== null) {
    tf.TFE_ContextAddFunction(context(), fn, status());
    tf.TF_DeleteFunction(fn);
    check(`the function ${name}`);
  }
  return uniqueName;
}

/** Removes functions, which nothing may call any more. */
export function removeFunctions(names: readonly string[]): void {
  for (const name of names) {
    library().TFE_ContextRemoveFunction(context(), name, status());
    check(`removing ${name}`);
  }
}
