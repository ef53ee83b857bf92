/** Test support: a SavedModel loaded by TensorFlow's own loader for C, as a server of models does. */
import koffi from 'koffi';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import {
  addressesOf,
  check,
  findRuntime,
  library,
  readMemory,
  status,
  type TensorHandle,
} from '../../src/native/index.ts';
import { decode, SavedModelSchema, type SignatureDef } from '../../src/native/protos/index.ts';
import { toNativeTensor } from '../../src/tensor/hostArray.ts';
import type { DTypeName } from '../../src/tensor/index.ts';

export interface HostTensor {
  readonly dtype: DTypeName;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

type Native = (...args: unknown[]) => bigint;

/** The signature `serving_default` of the SavedModel in `folder`. */
export function servingSignature(folder: string): SignatureDef {
  const { metaGraphs } = decode(SavedModelSchema, readFileSync(join(folder, 'saved_model.pb')));
  return metaGraphs[0]?.signatureDef['serving_default'] as SignatureDef;
}

/** Loads the SavedModel in `folder`, runs it once, and gives each output's values by its name. All are float32. */
export function serve(folder: string, inputs: Record<string, HostTensor>): Record<string, Float32Array> {
  const tf = library();
  const handle = koffi.load(findRuntime()?.ccLibrary as string);
  const bind = (declaration: string): Native => handle.func(declaration) as Native;
  const newOptions = bind('void* TF_NewSessionOptions()');
  const load = bind('void* TF_LoadSessionFromSavedModel(void*, void*, const char*, void*, int, void*, void*, void*)');
  const operationNamed = bind('void* TF_GraphOperationByName(void*, const char*)');
  const run = bind('void TF_SessionRun(void*, void*, void*, void*, int, void*, void*, int, void*, int, void*, void*)');
  const close = bind('void TF_CloseSession(void*, void*)');
  const remove = bind('void TF_DeleteSession(void*, void*)');

  const tag = Buffer.from('serve\0');
  const graph = tf.TF_NewGraph();
  const session = load(newOptions(), null, folder, addressesOf([tag]), 1, graph, null, status());
  check('the SavedModel');
  /** `TF_Output`: an operation, and the number of its output. */
  const outputNamed = (name: string): [bigint, bigint] => {
    const [operation, index] = name.split(':') as [string, string];
    return [operationNamed(graph, operation), BigInt(index)];
  };
  const signature = servingSignature(folder);
  const names = Object.keys(inputs);
  const feeds = names.flatMap((name) => outputNamed(signature.inputs[name]?.encoding.value as string));
  const tensors = Object.values(inputs).map(({ values, shape, dtype }) => toNativeTensor(values, shape, dtype));
  const outputs = Object.entries(signature.outputs);
  const fetches = outputs.flatMap(([, { encoding }]) => outputNamed(encoding.value as string));
  const results = new BigUint64Array(outputs.length);
  run(
    ...[session, null, BigUint64Array.from(feeds), BigUint64Array.from(tensors), names.length],
    ...[BigUint64Array.from(fetches), results, outputs.length, null, 0, null, status()],
  );
  check('a call of the SavedModel');
  for (const tensor of tensors) tf.TF_DeleteTensor(tensor);
  const values = outputs.map(([name], index) => {
    const result = results[index] as TensorHandle;
    const array = new Float32Array(tf.TF_TensorByteSize(result) / Float32Array.BYTES_PER_ELEMENT);
    readMemory(array, tf.TF_TensorData(result));
    tf.TF_DeleteTensor(result);
    return [name, array] as const;
  });
  close(session, status());
  remove(session, status());
  tf.TF_DeleteGraph(graph);
  return Object.fromEntries(values);
}
