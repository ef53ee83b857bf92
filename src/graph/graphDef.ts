/** A traced function as a graph of TensorFlow's, for people to look at: operations of one line of the program in one box. */
import { basename } from 'node:path';
import { encode, DataType, GraphDefSchema, type NodeDef } from '../native/protos/index.ts';
import { functionDefinitions, graphVersions } from '../tensor/functionDefinitions.ts';
import { dataTypes } from '../tensor/dtype.ts';
import type { TracedFunction, TracedOperation } from '../tensor/index.ts';

/** The serialized `GraphDef`. What control flow calls is in its library. */
export function graphDefOf({ name, operations }: TracedFunction): Uint8Array {
  const [main, ...called] = functionDefinitions(name);
  const nodes = new Map(main.nodeDef.map((node) => [node.name, node]));
  // The log also has the operations inside of branches and loops, which belong to the functions that are called.
  const inside = operations.filter((operation) => nodes.has(operation.name));
  const used = new Set(inside.flatMap(({ inputs }) => inputs.map(nodeOf)));
  const shown = operations.filter((operation) => nodes.has(operation.name) || used.has(operation.name));
  const titles = new Map(shown.map((operation) => [operation.name, titleOf(operation)]));
  const titled = (input: string): string => input.replace(nodeOf(input), (node) => titles.get(node) ?? node);
  return encode(GraphDefSchema, {
    versions: graphVersions(),
    library: { function: called },
    node: shown.map((operation) => {
      const { op, inputs, line = '' } = operation;
      const { attr, device = '' } = nodes.get(operation.name) ?? { attr: placeholder(operation) };
      return {
        name: titled(operation.name),
        op,
        device,
        input: inputs.map(titled),
        attr: { ...attr, _line: { value: { case: 's' as const, value: Buffer.from(line) } } },
      };
    }),
  });
}

/** `node` of `node`, `node:1` and `^node`. */
function nodeOf(input: string): string {
  return input.replace(/^\^|:\d+$/g, '');
}

/** For example `train.ts-12/MatMul_3`: TensorBoard makes boxes of what comes before a slash. */
function titleOf({ name, line }: TracedOperation): string {
  const [, path, row] = /^(.*):(\d+):\d+$/.exec(line ?? '') ?? [];
  return path === undefined || row === undefined ? name : `${basename(path).replaceAll(/[^\w.]/g, '_')}-${row}/${name}`;
}

/** The attributes of an argument, which a function keeps elsewhere. */
function placeholder({ outputs: [output] }: TracedOperation): NodeDef['attr'] {
  const type = output === undefined ? DataType.DT_INVALID : (dataTypes[output.dtype] as DataType);
  const value = { case: 'type' as const, value: type };
  return { dtype: { $typeName: 'tensorflow.AttrValue', value } };
}
