/** Reads a variable inside an optimizer's step. */
import { op } from '../../backend/index.ts';
import type { ResourceVariable, Value } from '../../tensor/index.ts';

/** The value at this point of the program; it lives as long as the scope in force. */
export function readVariable({ resource, dtype }: ResourceVariable): Value {
  return op('ReadVariableOp', [resource], { dtype: { type: dtype } });
}
