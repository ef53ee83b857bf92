/** Variables of TF.js as resources of TensorFlow. */
import { engine, type Variable } from '@tensorflow/tfjs-core';
import { InternalError } from '../base/errors.ts';
import {
  currentDevice,
  eagerExecutor,
  EagerTensor,
  ResourceVariable,
  withDevice,
  withExecutor,
} from '../tensor/index.ts';
import { dataOf } from './backend.ts';
import { TensorData } from './tensorData.ts';

/** The devices that variables were made on, where `tf.device` had chosen one. */
const homes = new WeakMap<Variable, string>();

/** Notes that `variable` was made at this point of the program, and so on which device it lives. */
export function settle(variable: Variable): void {
  const device = currentDevice();
  if (device !== undefined) homes.set(variable, device);
}

/** Runs `fn` on the device on which `variable` lives. */
export function besideVariable<T>(variable: Variable, fn: () => T): T {
  return withDevice(homes.get(variable), fn);
}

/**
 * The resource behind `variable`. The first call moves its value there: from then on the variable is updated in place,
 * and all of TF.js sees the changes.
 */
export function resourceOf(variable: Variable): ResourceVariable {
  const data = dataOf(variable.dataId);
  if (data.variable !== undefined) return data.variable;
  const value = withExecutor(eagerExecutor(), () => data.value(() => undefined));
  if (!(value instanceof EagerTensor)) throw new InternalError(`Variable ${variable.name} holds a traced value.`);
  const resource = new ResourceVariable(value, homes.get(variable));
  pointTo(variable, new TensorData(resource, 0));
  return resource;
}

function pointTo(variable: Variable, data: TensorData): void {
  engine().disposeTensor(variable);
  (variable as { dataId: object }).dataId = data;
  engine().incRef(variable, engine().backend);
}
