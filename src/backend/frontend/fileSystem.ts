/**
 * Keeps models of TF.js in files: `model.save('file:///path')`, `tf.io.fileSystem('/path')`. The format is TF.js's:
 * `model.json` beside one file of weights, or beside several where another program wrote them.
 */
import { io } from '@tensorflow/tfjs-core';
import { resolve } from 'node:path';
import { saveModel } from './saveModel.ts';

declare module '@tensorflow/tfjs-core/dist/io/io.js' {
  /**
   * Where `model.save()` and `tf.loadLayersModel()` keep a model.
   *
   * @param path - The model's folder, or its `model.json`. Relative to the working directory, or absolute.
   */
  function fileSystem(path: string): io.IOHandler;
}

const scheme = 'file://';

/** Makes `file://` addresses and `tf.io.fileSystem()` work. */
export function installFileSystem(): void {
  // TF.js asks all routers in turn, and takes null for "not mine".
  const route = (url: string | string[]): io.IOHandler | null =>
    typeof url === 'string' && url.startsWith(scheme) ? fileSystem(url.slice(scheme.length)) : null;
  io.registerLoadRouter(route as (url: string | string[]) => io.IOHandler);
  io.registerSaveRouter(route as (url: string | string[]) => io.IOHandler);
  Object.assign(io, { fileSystem });
}

function fileSystem(path: string): Required<io.IOHandler> {
  const target = resolve(path);
  return {
    save: (artifacts) => saveModel(target, artifacts),
    load: async () => {
      const { loadModel } = await import('./loadModel.ts');
      return loadModel(target);
    },
  };
}
