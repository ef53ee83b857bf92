/** Element types: TensorFlow's numbers for them (`TF_DataType`), by Keras's names. */

export const dataTypes = {
  float32: 1,
  float64: 2,
  int32: 3,
  uint8: 4,
  int16: 5,
  int8: 6,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  uint16: 17,
  complex128: 18,
  float16: 19,
  resource: 20,
  variant: 21,
  uint32: 22,
  uint64: 23,
} as const;

/** Name of an element type. */
export type DTypeName = keyof typeof dataTypes;

const names = new Map<number, DTypeName>(
  Object.entries(dataTypes).map(([name, code]) => [code, name as DTypeName] as const),
);

/** The name of TensorFlow's type number `code`, reference types (`code + 100`) included. */
export function dtypeName(code: number): DTypeName {
  const name = names.get(code > 100 ? code - 100 : code);
  if (name === undefined) throw new RangeError(`TensorFlow's data type ${code} has no name here.`);
  return name;
}
