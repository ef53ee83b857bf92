/** Reads a model that TF.js, tfjs-node or Python's tensorflowjs have written: `model.json` and files of weights. */
import { io, util } from '@tensorflow/tfjs-core';
import { open, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../base/errors.ts';

/** What is needed to read the weights; the rest is TF.js's to judge. */
const modelSchema = z.looseObject({
  modelTopology: z.looseObject({}),
  weightsManifest: z
    .array(
      z.looseObject({
        paths: z.array(z.string()),
        weights: z.array(
          z.looseObject({
            name: z.string(),
            shape: z.array(z.int().nonnegative()),
            dtype: z.string(),
            quantization: z.looseObject({ dtype: z.string() }).optional(),
          }),
        ),
      }),
    )
    .optional(),
});
type Model = z.infer<typeof modelSchema>;
type WeightGroups = NonNullable<Model['weightsManifest']>;

/** One read takes at most this much: Node reads no more than 2 GiB at once. */
const chunkBytes = 2 ** 30;
const elementBytes: Record<string, number> = {
  float32: 4,
  int32: 4,
  bool: 1,
  complex64: 8,
  uint8: 1,
  uint16: 2,
  float16: 2,
};

/**
 * Loads a model.
 *
 * @param target - Its `model.json`, by whatever name, or the folder that holds one.
 * @throws UserError `TFD_MODEL_NOT_FOUND`, `TFD_MODEL_CORRUPT`.
 */
export async function loadModel(target: string): Promise<io.ModelArtifacts> {
  const isFolder = await stat(target).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      throw notFound(target, error);
    },
  );
  const file = isFolder ? join(target, 'model.json') : target;
  const model = await readModel(file);
  return await io.getModelArtifactsForJSON(model as unknown as io.ModelJSON, () => readWeights(file, model));
}

async function readModel(file: string): Promise<Model> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw notFound(file, error);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw corrupt(file, `text that is not JSON: ${(error as Error).message}`, error);
  }
  const result = modelSchema.safeParse(json);
  if (result.success) return result.data;
  throw corrupt(file, z.prettifyError(result.error), result.error);
}

async function readWeights(file: string, model: Model): Promise<[io.WeightsManifestEntry[], io.WeightData]> {
  const groups = model.weightsManifest ?? [];
  const parts: ArrayBuffer[] = [];
  for (const path of groups.flatMap((group) => group.paths)) {
    const shard = join(dirname(file), path);
    const read = await readParts(shard).catch((error: unknown) => {
      throw corrupt(file, `the name of a file of weights that cannot be read: ${(error as Error).message}`, error);
    });
    parts.push(...read);
  }
  checkSize(file, groups, parts);
  return [groups.flatMap((group) => group.weights) as unknown as io.WeightsManifestEntry[], parts];
}

async function readParts(path: string): Promise<ArrayBuffer[]> {
  await using file = await open(path);
  const { size } = await file.stat();
  const parts: ArrayBuffer[] = [];
  for (let position = 0; position < size;) {
    const part = new Uint8Array(Math.min(chunkBytes, size - position));
    const { bytesRead } = await file.read(part, 0, part.length, position);
    if (bytesRead === 0) break;
    parts.push(bytesRead === part.length ? part.buffer : part.buffer.slice(0, bytesRead));
    position += bytesRead;
  }
  return parts;
}

/** Texts have no fixed size, so that nothing is known about weights that hold them. */
function checkSize(file: string, groups: WeightGroups, parts: readonly ArrayBuffer[]): void {
  const weights = groups.flatMap((group) => group.weights);
  const sizes = weights.map(({ shape, dtype, quantization }) => {
    return util.sizeFromShape(shape) * (elementBytes[quantization?.dtype ?? dtype] ?? Number.NaN);
  });
  const expectedBytes = sizes.reduce((sum, size) => sum + size, 0);
  const foundBytes = parts.reduce((sum, part) => sum + part.byteLength, 0);
  if (Number.isNaN(expectedBytes) || expectedBytes === foundBytes) return;
  throw corrupt(
    file,
    `a list of ${weights.length} weights of ${expectedBytes} bytes, and files of ${foundBytes} bytes`,
  );
}

function notFound(path: string, cause: unknown): UserError {
  return new UserError({
    code: 'TFD_MODEL_NOT_FOUND',
    rule: 'A model is loaded from a model.json, or from a folder that holds one.',
    received: `${path} (${(cause as NodeJS.ErrnoException).code ?? String(cause)})`,
    remedy: "Check the path. After model.save('file:///some/folder') it is file:///some/folder/model.json.",
    cause,
  });
}

function corrupt(file: string, received: string, cause?: unknown): UserError {
  return new UserError({
    code: 'TFD_MODEL_CORRUPT',
    rule: `The files of the model ${file} must be complete and fit together.`,
    received,
    remedy: 'Copy the whole folder again, or save the model again.',
    ...(cause === undefined ? {} : { cause }),
  });
}
