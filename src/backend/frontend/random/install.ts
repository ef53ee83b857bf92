/** Gives the random operations of this package to other packages of TF.js, such as its layers. */
import { createRequire } from 'node:module';
import { randomGamma, randomNormal, randomStandardNormal, randomUniform, randomUniformInt } from './distributions.ts';
import { truncatedNormal } from './distributions.ts';
import { dropout } from './dropout.ts';
import { multinomial } from './multinomial.ts';

/** They read TF.js's exports at each call, so they see what is set here; names imported from TF.js before do not. */
export function installRandom(): void {
  const core = createRequire(import.meta.url)('@tensorflow/tfjs-core') as Record<string, unknown>;
  Object.assign(core, {
    dropout,
    multinomial,
    randomGamma,
    randomNormal,
    randomStandardNormal,
    randomUniform,
    randomUniformInt,
    truncatedNormal,
  });
}
