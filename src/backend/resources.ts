/** Variables of TF.js as resources of TensorFlow. */
import { engine, type Variable } from '@tensorflow/tfjs-core';
import { InternalError } from '../base/errors.ts';
import { eagerExecutor, EagerTensor, ResourceVariable, withExecutor } from '../tensor/index.ts';
import { dataOf } from './backend.ts';
import { TensorData } from './tensorData.ts';

/**
 * The resource behind `variable`. The first call moves its value there: from then on the variable is updated in place,
 * and all of TF.js sees the changes.
 */
export function resourceOf(variable: Variable): ResourceVariable {
  const data = dataOf(variable.dataId);
  if (data.variable !== undefined) return data.variable;
  const value = withExecutor(eagerExecutor(), () => data.value(() => undefined));
  if (!(value instanceof EagerTensor)) throw new InternalError(`Variable ${variable.name} holds a traced value.`);
  const resource = new ResourceVariable(value);
  pointTo(variable, new TensorData(resource, 0));
  return resource;
}

function pointTo(variable: Variable, data: TensorData): void {
  engine().disposeTensor(variable);
  (variable as { dataId: object }).dataId = data;
  engine().incRef(variable, engine().backend);
}
