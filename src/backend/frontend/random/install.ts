/** Gives the random operations of this package to other packages of TF.js, such as its layers. */
import { util } from '@tensorflow/tfjs-core';
import { createRequire } from 'node:module';
import * as distributions from './distributions.ts';
import { dropout } from './dropout.ts';
import { shuffle } from './shuffle.ts';

/** They read TF.js's exports at each call, so they see what is set here; names imported from TF.js before do not. */
export function installRandom(): void {
  const core = createRequire(import.meta.url)('@tensorflow/tfjs-core') as object;
  Object.assign(core, distributions, { dropout });
  Object.assign(util, { shuffle });
}
