/** Puts functions of this package in the place of TF.js's own, for other packages of TF.js such as its layers. */
import { createRequire } from 'node:module';

/** They read TF.js's exports at each call, so they see what is set here; names imported from TF.js before do not. */
export function replaceInCore(functions: object): void {
  Object.assign(createRequire(import.meta.url)('@tensorflow/tfjs-core') as object, functions);
}
