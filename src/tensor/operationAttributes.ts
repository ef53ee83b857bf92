/** Gives attributes to an operation that is being added to a graph. */
import { library, type OperationDescriptionHandle } from '../native/index.ts';
import type { AttributeSink } from './attributes.ts';

export class OperationAttributes implements AttributeSink {
  description!: OperationDescriptionHandle;

  string(name: string, value: Uint8Array, length: number): void {
    library().TF_SetAttrString(this.description, name, value, length);
  }
  int(name: string, value: number): void {
    library().TF_SetAttrInt(this.description, name, value);
  }
  float(name: string, value: number): void {
    library().TF_SetAttrFloat(this.description, name, value);
  }
  bool(name: string, value: number): void {
    library().TF_SetAttrBool(this.description, name, value);
  }
  type(name: string, value: number): void {
    library().TF_SetAttrType(this.description, name, value);
  }
  shape(name: string, dims: BigInt64Array, numDims: number): void {
    library().TF_SetAttrShape(this.description, name, dims, numDims);
  }
  func(name: string, value: Uint8Array, length: number): void {
    library().TF_SetAttrFuncName(this.description, name, value, length);
  }
  strings(name: string, values: BigUint64Array, lengths: BigUint64Array, count: number): void {
    library().TF_SetAttrStringList(this.description, name, values, lengths, count);
  }
  ints(name: string, values: BigInt64Array, count: number): void {
    library().TF_SetAttrIntList(this.description, name, values, count);
  }
  floats(name: string, values: Float32Array, count: number): void {
    library().TF_SetAttrFloatList(this.description, name, values, count);
  }
  types(name: string, values: Int32Array, count: number): void {
    library().TF_SetAttrTypeList(this.description, name, values, count);
  }
  shapes(name: string, dims: BigInt64Array[], numDims: Int32Array, count: number): void {
    library().TF_SetAttrShapeList(this.description, name, dims, numDims, count);
  }
}
