/**
 * The TensorFlow.js API on TensorFlow's own runtime, with what this package adds to it. Importing it loads TensorFlow's
 * library, or fetches it once.
 */
// First: the library loads on another thread while the modules below are read.
import { loading } from './loading.ts';
import { ensureRuntime } from './native/index.ts';

export * from '@tensorflow/tfjs-core';
export * from '@tensorflow/tfjs-layers';
export * from '@tensorflow/tfjs-converter';
export * as data from '@tensorflow/tfjs-data';

// Names that TF.js exports too must stand here one by one: only then do they come before its own.
export {
  add,
  atan2,
  cast,
  div,
  divNoNan,
  dropout,
  enableDeterminism,
  equal,
  floor,
  floorDiv,
  greater,
  greaterEqual,
  less,
  lessEqual,
  maximum,
  minimum,
  mod,
  mul,
  notEqual,
  ones,
  pow,
  prelu,
  randomGamma,
  randomNormal,
  randomStandardNormal,
  randomUniform,
  randomUniformInt,
  scalar,
  setRandomSeed,
  squaredDifference,
  sub,
  tensor,
  tensor1d,
  tensor2d,
  tensor3d,
  tensor4d,
  tensor5d,
  tensor6d,
  truncatedNormal,
  zeros,
  type MoreDtype,
  type Seed,
} from './backend/frontend/index.ts';
export {
  compile as function,
  cond,
  whileLoop,
  type CompiledFunction,
  type FunctionOptions,
  type NextState,
  type TracedOperation,
  type WhileOptions,
} from './graph/index.ts';
export {
  loadLayersModel,
  mixedPrecision,
  Model,
  model,
  registerCallbackConstructor,
  Sequential,
  sequential,
  type EvaluateArgs,
  type FitArgs,
  type PredictArgs,
  type FitHistory,
  type SavedModelOptions,
} from './train/index.ts';
export { deviceOf } from './backend/index.ts';
export { device, listDevices } from './tensor/index.ts';
export type { Device } from './native/index.ts';
export * as config from './config.ts';
export { profile, type OperationTime, type Profile, type SummaryOptions } from './profiler/index.ts';
export * as distribute from './distribute.ts';
export * as train from './train/namespace.ts';
export { DistributeError, EnvironmentError, InternalError, PeerError, UserError } from './base/errors.ts';
export { version } from './version.ts';

try {
  await ensureRuntime();
  await loading;
} catch (error) {
  // It happens while modules load: where in this file says nothing to the reader.
  if (error instanceof Error) error.stack = String(error);
  throw error;
}
