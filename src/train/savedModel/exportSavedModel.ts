/** Writes a model as a SavedModel, which Python's TensorFlow and TensorFlow Serving load. */
import { Variable, type DataType as TfjsDtype } from '@tensorflow/tfjs-core';
import { Sequential, type LayersModel, type LayerVariable } from '@tensorflow/tfjs-layers';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DistributeError, InternalError } from '../../base/errors.ts';
import { notWritten } from '../../base/notWritten.ts';
import { resourceOf } from '../../backend/index.ts';
import { writeCheckpoint } from '../../checkpoint/index.ts';
import { DataType, encode, SavedModelSchema } from '../../native/protos/index.ts';
import { graphVersions } from '../../tensor/functionDefinitions.ts';
import type { ResourceVariable } from '../../tensor/index.ts';
import { weightNames } from '../weightNames.ts';
import { anyBatch } from './anyBatch.ts';
import { metaGraph } from './metaGraph.ts';
import type { Signature } from './nodes.ts';
import { featureShape, traceModel, type TracedModel } from './traceModel.ts';

export interface SavedModelOptions {
  /** Number of samples in each call. Default: any number. */
  readonly batchSize?: number;
}

interface Weight {
  readonly resource: ResourceVariable;
  readonly trainable: boolean;
}

const dtypes: Partial<Record<TfjsDtype, DataType>> = {
  bool: DataType.DT_BOOL,
  complex64: DataType.DT_COMPLEX64,
  float32: DataType.DT_FLOAT,
  int32: DataType.DT_INT32,
  string: DataType.DT_STRING,
};
/** Two numbers of samples that sizes of layers hardly have. */
const probes = [47, 53] as const;

/**
 * Saves what `model` predicts, with its weights as they are, as a SavedModel with the signature `serving_default`. Its
 * inputs and outputs have the names of the model's input and output layers.
 *
 *     model = tf.saved_model.load(folder)                              # Python
 *     model.signatures['serving_default'](dense_input=tf.constant(...))
 *
 * @param folder - Made where it is missing. A SavedModel that is there is replaced; do not load it meanwhile.
 * @throws UserError `TFD_SAVED_MODEL_BATCH`, `TFD_SAVED_MODEL_SHAPE`, `TFD_SAVED_MODEL_TENSORS` for models that cannot be
 *   saved so; EnvironmentError `TFD_SAVED_MODEL_WRITE`, `TFD_CHECKPOINT_WRITE`.
 */
export async function exportSavedModel(
  model: LayersModel,
  folder: string,
  { batchSize }: SavedModelOptions = {},
): Promise<void> {
  if (model instanceof Sequential && !model.built) model.build();
  const weights = weightsOf(model);
  const tensors = Object.fromEntries([...weights].map(([name, { resource }]) => [name, resource]));
  const resources = Object.values(tensors);
  const { functions, outputs } =
    batchSize === undefined ? traceAnyBatch(model, resources) : traceModel(model, resources, batchSize);
  const signature = (dtype: TfjsDtype, features: readonly number[]): Signature => ({
    dtype: dtypes[dtype] ?? DataType.DT_INVALID,
    shape: [batchSize ?? -1, ...features],
  });
  const graph = metaGraph({
    inputs: new Map(
      model.inputs.map((input, i) => [model.inputNames[i] as string, signature(input.dtype, featureShape(input))]),
    ),
    outputs: new Map(
      outputs.map(({ dtype, shape }, i) => [model.outputNames[i] as string, signature(dtype, shape.slice(1))]),
    ),
    variables: new Map(
      [...weights].map(([name, { resource, trainable }]) => {
        const dtype = dtypes[resource.dtype as TfjsDtype] ?? DataType.DT_INVALID;
        return [name, { dtype, shape: resource.shape, trainable }] as const;
      }),
    ),
    functions,
    versions: graphVersions(),
  });
  await write(folder, tensors, encode(SavedModelSchema, { savedModelSchemaVersion: 1n, metaGraphs: [graph] }));
}

async function write(folder: string, tensors: Record<string, ResourceVariable>, savedModel: Uint8Array): Promise<void> {
  const file = join(folder, 'saved_model.pb');
  try {
    await mkdir(folder, { recursive: true });
    // It comes back last: without it there is no SavedModel.
    await rm(file, { force: true });
    await writeCheckpoint(join(folder, 'variables', 'variables'), { tensors });
    await writeFile(`${file}.tmp`, savedModel, { flush: true });
    await rename(`${file}.tmp`, file);
  } catch (error) {
    if (error instanceof DistributeError) throw error;
    throw notWritten(
      { code: 'TFD_SAVED_MODEL_WRITE', rule: `The SavedModel could not be written to ${folder}.` },
      error,
    );
  }
}

/** The weights by their names in the SavedModel, which are those of a checkpoint of `{ model }`. */
function weightsOf(model: LayersModel): Map<string, Weight> {
  const weights: LayerVariable[] = model.weights;
  const names = weightNames(weights.map(({ originalName }) => originalName));
  return new Map(
    weights.map((weight, index) => {
      const name = `model/${names[index] ?? ''}`;
      const variable = weight.read();
      if (!(variable instanceof Variable)) throw new InternalError(`The weight ${name} has no variable.`);
      return [name, { resource: resourceOf(variable as Variable), trainable: weight.trainable }];
    }),
  );
}

function traceAnyBatch(model: LayersModel, resources: readonly ResourceVariable[]): TracedModel {
  const [first, second] = [traceModel(model, resources, probes[0]), traceModel(model, resources, probes[1])];
  const functions = anyBatch(
    { batchSize: probes[0], functions: first.functions },
    { batchSize: probes[1], functions: second.functions },
  );
  return { ...first, functions };
}
