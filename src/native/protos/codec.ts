/** Turns TensorFlow's protobuf messages into bytes and back. */
import {
  create,
  fromBinary,
  toBinary,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { EnvironmentError } from '../../base/errors.ts';

/**
 * The bytes of a message, for example `encode(ConfigProtoSchema, { intraOpParallelismThreads: 2 })`.
 *
 * `message` is a plain object, nested ones included, or a message that `decode` gave. Fields that are left out keep
 * protobuf's defaults. 64-bit integers are `bigint`.
 */
export function encode<Schema extends DescMessage>(schema: Schema, message: MessageInitShape<Schema>): Uint8Array {
  return toBinary(schema, create(schema, message));
}

/**
 * The message in `bytes`, all fields filled in; fields that the schema does not know are kept for the next `encode`.
 *
 * Raises `TFD_PROTO_CORRUPT` where `bytes` are cut off or damaged. Protobuf has no checksum: bytes of another message
 * type can pass.
 */
export function decode<Schema extends DescMessage>(schema: Schema, bytes: Uint8Array): MessageShape<Schema> {
  try {
    return fromBinary(schema, bytes);
  } catch (cause) {
    throw new EnvironmentError({
      code: 'TFD_PROTO_CORRUPT',
      rule: `The bytes must hold a whole message of type ${schema.typeName}.`,
      received: `${bytes.byteLength} bytes that do not parse`,
      remedy: 'Check that the file or message that they come from is complete and of this type.',
      cause,
    });
  }
}
