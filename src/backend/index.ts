/** TF.js's front end on TensorFlow's kernels: importing this registers the backend `tensorflow` and makes it the default. */
import { registerBackend } from '@tensorflow/tfjs-core';
import { backendName, TensorflowBackend } from './backend.ts';
import './gradients/index.ts';
import './kernels/index.ts';
import { installVariables } from './variables.ts';

/** Higher than those of TF.js's own backends, so that TF.js chooses this one. */
const priority = 10;
registerBackend(backendName, () => new TensorflowBackend(), priority);
installVariables();

export { backendName, dataOf } from './backend.ts';
export { asUser } from './dtypes/coreScope.ts';
export { withDtype } from './dtypes/disguise.ts';
export type { MoreDtype } from './dtypes/moreDtypes.ts';
export { adopt, kernel, op, ops, scoped, toTensor, toValue, withShape } from './kernel.ts';
export { deviceOf } from './deviceOf.ts';
export { besideVariable, resourceOf } from './resources.ts';
export { initScope, onVariableMade } from './variables.ts';
