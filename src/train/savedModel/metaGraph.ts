/**
 * The graph of a SavedModel: the model as one function, the variables that it reads, and how they are saved and restored.
 *
 * It has the form of TensorFlow 1, which TensorFlow 2 and TensorFlow Serving load too: the form of TensorFlow 2 adds
 * Python objects, which are not there.
 */
import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  DataType,
  encode,
  VariableDefSchema,
  type FunctionDef,
  type GraphDef,
  type MetaGraphDefSchema,
  type TensorInfoSchema,
} from '../../native/protos/index.ts';
import { shape, shapeOf, text, texts, type, types, type Node, type Signature } from './nodes.ts';

/** What goes into the graph. */
export interface ExportedModel {
  /** By the names that callers use, in the order in which the function takes and gives them. */
  readonly inputs: ReadonlyMap<string, Signature>;
  readonly outputs: ReadonlyMap<string, Signature>;
  /** By their names in the checkpoint, in the order in which the function takes them after the inputs. */
  readonly variables: ReadonlyMap<string, Signature & { readonly trainable: boolean }>;
  /** The model, then the functions that it calls. */
  readonly functions: readonly [FunctionDef, ...FunctionDef[]];
  readonly versions: NonNullable<GraphDef['versions']>;
}

const call = 'StatefulPartitionedCall';
const filename = 'save/filename';
const restore = 'save/restore_all';
const saved = 'save/saved';

export function metaGraph(model: ExportedModel): MessageInitShape<typeof MetaGraphDefSchema> {
  const { variables, functions, versions } = model;
  const trainable = [...variables].filter(([, variable]) => variable.trainable);
  const placeholders = [...model.inputs].map(([name, input], index) => [name, placeholder(index), input] as const);
  return {
    metaInfoDef: { tags: ['serve'] },
    graphDef: {
      node: [
        ...placeholders.map(([, name, { dtype, shape: dims }]) => ({
          name,
          op: 'Placeholder',
          attr: { dtype: type(dtype), shape: shape(dims) },
        })),
        ...[...variables].flatMap(([name, { dtype, shape: dims }]) => [
          {
            name,
            op: 'VarHandleOp',
            attr: { dtype: type(dtype), shape: shape(dims), shared_name: text(name) },
          },
          { name: `${name}/Read`, op: 'ReadVariableOp', input: [name], attr: { dtype: type(dtype) } },
        ]),
        callNode(model),
        ...saverNodes(variables),
      ],
      library: { function: [...functions] },
      versions,
    },
    saverDef: {
      filenameTensorName: `${filename}:0`,
      saveTensorName: `${saved}:0`,
      restoreOpName: restore,
      version: 2,
    },
    collectionDef: {
      variables: variableList([...variables]),
      trainable_variables: variableList(trainable),
    },
    signatureDef: {
      serving_default: {
        inputs: Object.fromEntries(placeholders.map(([name, tensor, input]) => [name, tensorInfo(tensor, 0, input)])),
        outputs: Object.fromEntries(
          [...model.outputs].map(([name, output], index) => [name, tensorInfo(call, index, output)]),
        ),
        methodName: 'tensorflow/serving/predict',
      },
    },
  };
}

/** Names of inputs are free; those of operations are not. */
function placeholder(index: number): string {
  return `serving_default_input_${index}`;
}

function callNode({ inputs, outputs, variables, functions }: ExportedModel): Node {
  const dtypes = [...inputs.values()].map(({ dtype }) => dtype);
  return {
    name: call,
    op: 'StatefulPartitionedCall',
    input: [...dtypes.map((_, index) => placeholder(index)), ...variables.keys()],
    attr: {
      Tin: types([...dtypes, ...Array.from(variables, () => DataType.DT_RESOURCE)]),
      Tout: types([...outputs.values()].map(({ dtype }) => dtype)),
      f: { value: { case: 'func', value: { name: functions[0].signature?.name ?? '' } } },
    },
  };
}

function saverNodes(variables: ExportedModel['variables']): Node[] {
  const names = [...variables.keys()];
  const dtypes = types([...variables.values()].map(({ dtype }) => dtype));
  return [
    texts('save/default_filename', 'model'),
    {
      name: filename,
      op: 'PlaceholderWithDefault',
      input: ['save/default_filename'],
      attr: { dtype: type(DataType.DT_STRING), shape: shape([]) },
    },
    texts('save/names', names),
    texts(
      'save/slices',
      names.map(() => ''),
    ),
    {
      name: 'save/values',
      op: 'SaveV2',
      input: [filename, 'save/names', 'save/slices', ...names.map((name) => `${name}/Read`)],
      attr: { dtypes },
    },
    { name: saved, op: 'Identity', input: [filename, '^save/values'], attr: { T: type(DataType.DT_STRING) } },
    { name: 'save/restored', op: 'RestoreV2', input: [filename, 'save/names', 'save/slices'], attr: { dtypes } },
    ...[...variables].map(([name, { dtype }], index) => ({
      name: `${name}/Assign`,
      op: 'AssignVariableOp',
      input: [name, `save/restored:${index}`],
      attr: { dtype: type(dtype) },
    })),
    { name: restore, op: 'NoOp', input: names.map((name) => `^${name}/Assign`) },
  ];
}

function variableList(variables: readonly (readonly [string, { readonly trainable: boolean }])[]): {
  kind: { case: 'bytesList'; value: { value: Uint8Array[] } };
} {
  const value = variables.map(([name, { trainable }]) =>
    encode(VariableDefSchema, {
      variableName: `${name}:0`,
      initializerName: `${name}/Assign`,
      snapshotName: `${name}/Read:0`,
      isResource: true,
      trainable,
    }),
  );
  return { kind: { case: 'bytesList', value: { value } } };
}

function tensorInfo(
  operation: string,
  index: number,
  { dtype, shape: dims }: Signature,
): MessageInitShape<typeof TensorInfoSchema> {
  return {
    encoding: { case: 'name', value: `${operation}:${index}` },
    dtype,
    tensorShape: shapeOf(dims),
  };
}
