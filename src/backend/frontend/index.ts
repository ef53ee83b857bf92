/**
 * What this package adds to TF.js's own functions, or puts in their place. Importing it gives tensors their methods, and
 * TF.js's layers our random numbers and files.
 */
import { installChainedOps } from './chainedOps.ts';
import { installDtypes } from './dtypes/install.ts';
import { installDisposedTensors } from './disposedTensors.ts';
import { installFloor } from './floor.ts';
import { installFileSystem } from './fileSystem.ts';
import { installNormalizationLayers } from './normalizationLayers.ts';
import { installRandom } from './random/install.ts';
import { installRecurrentLayers } from './recurrentLayers.ts';
import { installSoftmaxCrossEntropy } from './softmaxCrossEntropy.ts';

installChainedOps();
installDisposedTensors();
installDtypes();
installFileSystem();
installFloor();
installNormalizationLayers();
installRandom();
installRecurrentLayers();
installSoftmaxCrossEntropy();

// For the types that they add to TF.js's.
export type * from './chainedOps.ts';
export type * from './fileSystem.ts';
export type * from '../dtypes/moreDtypes.ts';
export { cast } from './dtypes/cast.ts';
export * from './dtypes/creation.ts';
export * from './dtypes/numbers.ts';
export {
  randomGamma,
  randomNormal,
  randomStandardNormal,
  randomUniform,
  randomUniformInt,
  truncatedNormal,
} from './random/distributions.ts';
export { enableDeterminism } from './determinism.ts';
export { floor } from './floor.ts';
export { dropout } from './random/dropout.ts';
export { registerRecurrentKind } from './recurrentLayers.ts';
export { resetAfterGru } from '../recurrent/gru.ts';
export { setRandomSeed, setReplicaSeedOffset, type Seed } from './random/seeds.ts';
export { registeredClass } from './registeredClass.ts';
