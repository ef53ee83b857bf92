/** Operations and attributes of a graph, as messages. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  DataType,
  type AttrValueSchema,
  type NodeDefSchema,
  type TensorProtoSchema,
  type TensorShapeProtoSchema,
} from '../../native/protos/index.ts';

export type Attr = MessageInitShape<typeof AttrValueSchema>;
export type Node = MessageInitShape<typeof NodeDefSchema>;

/** A tensor's shape has -1 where any size is good. */
export interface Signature {
  readonly dtype: DataType;
  readonly shape: readonly number[];
}

export function shapeOf(shape: readonly number[]): MessageInitShape<typeof TensorShapeProtoSchema> {
  return { dim: shape.map((size) => ({ size: BigInt(size) })) };
}

export function type(dtype: DataType): Attr {
  return { value: { case: 'type', value: dtype } };
}

export function types(dtypes: readonly DataType[]): Attr {
  return { value: { case: 'list', value: { type: [...dtypes] } } };
}

export function shape(dims: readonly number[]): Attr {
  return { value: { case: 'shape', value: shapeOf(dims) } };
}

export function text(value: string): Attr {
  return { value: { case: 's', value: Buffer.from(value) } };
}

/** A scalar, or a list, of texts. */
export function texts(name: string, values: string | readonly string[]): Node {
  const list = [values].flat().map((value) => Buffer.from(value));
  const tensor: MessageInitShape<typeof TensorProtoSchema> = {
    dtype: DataType.DT_STRING,
    tensorShape: shapeOf(typeof values === 'string' ? [] : [values.length]),
    stringVal: list,
  };
  return {
    name,
    op: 'Const',
    attr: { dtype: type(DataType.DT_STRING), value: { value: { case: 'tensor', value: tensor } } },
  };
}

/** An int32 constant. */
export function ints(name: string, values: readonly number[], dims: readonly number[]): Node {
  const tensor: MessageInitShape<typeof TensorProtoSchema> = {
    dtype: DataType.DT_INT32,
    tensorShape: shapeOf(dims),
    intVal: [...values],
  };
  return {
    name,
    op: 'Const',
    attr: { dtype: type(DataType.DT_INT32), value: { value: { case: 'tensor', value: tensor } } },
  };
}
