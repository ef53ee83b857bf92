/** Gives attributes to an operation that is about to run. */
import { check, library, status, type EagerOpHandle } from '../native/index.ts';
import type { AttributeSink } from './attributes.ts';

export class EagerAttributes implements AttributeSink {
  op!: EagerOpHandle;

  string(name: string, value: Uint8Array, length: number): void {
    library().TFE_OpSetAttrString(this.op, name, value, length);
  }
  int(name: string, value: number): void {
    library().TFE_OpSetAttrInt(this.op, name, value);
  }
  float(name: string, value: number): void {
    library().TFE_OpSetAttrFloat(this.op, name, value);
  }
  bool(name: string, value: number): void {
    library().TFE_OpSetAttrBool(this.op, name, value);
  }
  type(name: string, value: number): void {
    library().TFE_OpSetAttrType(this.op, name, value);
  }
  shape(name: string, dims: BigInt64Array, numDims: number): void {
    library().TFE_OpSetAttrShape(this.op, name, dims, numDims, status());
    check(`attribute ${name}`);
  }
  func(name: string, value: Uint8Array, length: number): void {
    library().TFE_OpSetAttrFunctionName(this.op, name, value, length);
  }
  strings(name: string, values: BigUint64Array, lengths: BigUint64Array, count: number): void {
    library().TFE_OpSetAttrStringList(this.op, name, values, lengths, count);
  }
  ints(name: string, values: BigInt64Array, count: number): void {
    library().TFE_OpSetAttrIntList(this.op, name, values, count);
  }
  floats(name: string, values: Float32Array, count: number): void {
    library().TFE_OpSetAttrFloatList(this.op, name, values, count);
  }
  types(name: string, values: Int32Array, count: number): void {
    library().TFE_OpSetAttrTypeList(this.op, name, values, count);
  }
  shapes(name: string, dims: BigInt64Array[], numDims: Int32Array, count: number): void {
    library().TFE_OpSetAttrShapeList(this.op, name, dims, numDims, count, status());
    check(`attribute ${name}`);
  }
}
