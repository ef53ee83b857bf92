/**
 * The TensorFlow.js API on TensorFlow's own runtime, with what this package adds to it. Importing it loads no native
 * library yet: the first operation does.
 */
import './backend/index.ts';

export * from '@tensorflow/tfjs-core';
export * from '@tensorflow/tfjs-layers';
export * from '@tensorflow/tfjs-converter';
export * as data from '@tensorflow/tfjs-data';
// Names that TF.js exports too must stand here one by one: only then do they come before its own.
export {
  dropout,
  randomGamma,
  randomNormal,
  randomStandardNormal,
  randomUniform,
  randomUniformInt,
  setRandomSeed,
  truncatedNormal,
  type Seed,
} from './backend/frontend/index.ts';
export { version } from './version.ts';
