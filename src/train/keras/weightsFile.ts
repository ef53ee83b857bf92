/** Reads weights from a HDF5 file as Keras 3 writes it. */
import type { File } from 'h5wasm/node';
import { open } from 'node:fs/promises';
import { wrongWeights } from './errors.ts';

export interface StoredWeight {
  readonly shape: number[];
  readonly data: Float32Array;
}

export interface WeightsFile {
  /** The weights that belong to the group `path`, which may have none. @throws UserError `TFD_KERAS_WEIGHTS` */
  read(path: string): StoredWeight[];
}

/** Opens `path` for as long as `use` runs. @throws UserError `TFD_KERAS_WEIGHTS` */
export async function withWeightsFile<T>(path: string, use: (file: WeightsFile) => T): Promise<T> {
  if (!(await isHdf5(path))) throw wrongWeights('model.weights.h5', 'a file that is not HDF5');
  // Loaded here, since few programs need it: 4 MB of WebAssembly.
  const h5 = await import('h5wasm/node');
  await h5.ready;
  const file = new h5.File(path, 'r');
  try {
    const paths = new Set(file.paths());
    return use({ read: (group) => readGroup(file, paths, `${group}/vars`) });
  } finally {
    file.close();
  }
}

/** HDF5 reports what it cannot open on standard error, so that it is not tried. */
async function isHdf5(path: string): Promise<boolean> {
  await using file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(8), 0, 8, 0);
  return buffer.toString('latin1') === '\x89HDF\r\n\x1a\n';
}

function readGroup(file: File, paths: ReadonlySet<string>, group: string): StoredWeight[] {
  const weights: StoredWeight[] = [];
  for (let index = 0; paths.has(`${group}/${index}`); index++) {
    const path = `${group}/${index}`;
    const dataset = file.get(path);
    if (dataset === null || !('shape' in dataset)) throw wrongWeights(path, 'something that is not an array');
    const { value, shape, dtype } = dataset;
    if (!(value instanceof Float32Array) || shape === null) throw wrongWeights(path, `dtype ${JSON.stringify(dtype)}`);
    weights.push({ shape, data: value });
  }
  return weights;
}
