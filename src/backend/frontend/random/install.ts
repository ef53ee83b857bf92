/** Gives the random operations of this package to other packages of TF.js, such as its layers. */
import { util } from '@tensorflow/tfjs-core';
import { replaceInCore } from '../replaceInCore.ts';
import * as distributions from './distributions.ts';
import { dropout } from './dropout.ts';
import { shuffle } from './shuffle.ts';

/** Called once, when the front end is loaded. */
export function installRandom(): void {
  replaceInCore({ ...distributions, dropout });
  Object.assign(util, { shuffle });
}
