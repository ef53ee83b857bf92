/** Writes a model of TF.js as `model.json` and `weights.bin`, each whole or not at all. */
import { io } from '@tensorflow/tfjs-core';
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { notWritten } from '../../base/notWritten.ts';

const modelFile = 'model.json';
const weightsFile = 'weights.bin';

/**
 * Saves `artifacts` in a folder, which is made where it is missing. A model that is there is replaced.
 *
 * @param target - The folder, or the path of the `model.json` in it.
 * @throws UserError `TFD_MODEL_TOPOLOGY`; EnvironmentError `TFD_MODEL_WRITE`.
 */
export async function saveModel(target: string, artifacts: io.ModelArtifacts): Promise<io.SaveResult> {
  const { weightSpecs = [], weightData = [], modelTopology, ...rest } = artifacts;
  if (modelTopology instanceof ArrayBuffer) throw binaryTopology();
  const folder = basename(target) === modelFile ? dirname(target) : target;
  const weightsManifest = [{ paths: [weightsFile], weights: weightSpecs }];
  const description = JSON.stringify({ modelTopology, ...rest, weightsManifest });
  try {
    await mkdir(folder, { recursive: true });
    await replaceFiles(folder, [
      [weightsFile, [weightData].flat().map((part) => Buffer.from(part))],
      // Last, so that it never describes weights that are not there yet.
      [modelFile, [Buffer.from(description)]],
    ]);
  } catch (error) {
    const rule = `The model could not be saved in ${folder}. A model that was there before is still whole.`;
    throw notWritten({ code: 'TFD_MODEL_WRITE', rule }, error);
  }
  return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) };
}

/** Writes all files under other names first, and then gives them their names, in the order given. */
async function replaceFiles(folder: string, files: readonly (readonly [string, readonly Buffer[]])[]): Promise<void> {
  const written: { from: string; to: string }[] = [];
  try {
    for (const [name, parts] of files) {
      const from = join(folder, `.${name}.${randomUUID()}`);
      written.push({ from, to: join(folder, name) });
      await using file = await open(from, 'wx');
      for (const part of parts) await file.writeFile(part);
      await file.sync();
    }
    for (const { from, to } of written) await rename(from, to);
  } finally {
    for (const { from } of written) await rm(from, { force: true });
  }
}

function binaryTopology(): UserError {
  return new UserError({
    code: 'TFD_MODEL_TOPOLOGY',
    rule: 'A model is saved with its topology as JSON.',
    received: 'a topology in binary form (ArrayBuffer)',
    remedy: 'Save a model of tf.sequential() or tf.model().',
  });
}
