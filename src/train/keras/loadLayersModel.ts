/** `tf.loadLayersModel` for models of TF.js and for `.keras` files. */
import type { io } from '@tensorflow/tfjs-core';
import { loadLayersModel as loadModelOfTfjs, type LayersModel } from '@tensorflow/tfjs-layers';
import { resolve } from 'node:path';

/**
 * Loads a model: `file:///folder/model.json` as TF.js saves it, or `file:///name.keras` as Keras 3 saves it, which gives
 * Python's predictions. The latter comes without optimizer and loss: call `compile` to train it further.
 *
 * @param pathOrIOHandler - An address, or a handler of TF.js.
 * @param options - TF.js's; they do not concern `.keras` files.
 * @throws UserError `TFD_KERAS_FILE`, `TFD_KERAS_LAYER`, `TFD_KERAS_OPTION`, `TFD_KERAS_WEIGHTS` for a `.keras` file;
 *   `TFD_MODEL_NOT_FOUND`, `TFD_MODEL_CORRUPT` for another one.
 */
export async function loadLayersModel(
  pathOrIOHandler: string | io.IOHandler,
  options?: io.LoadOptions,
): Promise<LayersModel> {
  if (typeof pathOrIOHandler === 'string' && pathOrIOHandler.endsWith('.keras')) {
    const { loadKerasModel } = await import('./loadKerasModel.ts');
    return loadKerasModel(resolve(pathOrIOHandler.replace(/^file:\/\//, '')));
  }
  return loadModelOfTfjs(pathOrIOHandler, options);
}
