/** Classes that TF.js registers for saved models, and does not export. */
import { serialization } from '@tensorflow/tfjs-core';

/** @param T - The type of the class, as far as the caller uses it. */
export function registeredClass<T>(name: string): T {
  return serialization.SerializationMap.getMap().classNameMap[name]?.[0] as T;
}
