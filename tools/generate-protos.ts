/**
 * Generates `src/native/protos/generated/` from the protobuf descriptors inside TensorFlow's Python package.
 *
 * Usage: `node --import tsx tools/generate-protos.ts [python]`, where `python` (default `python3`) can import TensorFlow.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { protoCamelCase } from '@bufbuild/protobuf/reflect';
import {
  CodeGeneratorRequestSchema,
  CodeGeneratorResponseSchema,
  FileDescriptorSetSchema,
  type DescriptorProto,
  type FileDescriptorSet,
} from '@bufbuild/protobuf/wkt';

/** The Python modules of the files that we use; what they import follows by itself. */
const MODULES = [
  'tensorflow.core.example.example_pb2',
  'tensorflow.core.example.feature_pb2',
  'tensorflow.core.framework.attr_value_pb2',
  'tensorflow.core.framework.function_pb2',
  'tensorflow.core.framework.graph_pb2',
  'tensorflow.core.framework.node_def_pb2',
  'tensorflow.core.framework.op_def_pb2',
  'tensorflow.core.framework.step_stats_pb2',
  'tensorflow.core.framework.summary_pb2',
  'tensorflow.core.framework.tensor_pb2',
  'tensorflow.core.framework.tensor_shape_pb2',
  'tensorflow.core.framework.types_pb2',
  'tensorflow.core.protobuf.cluster_pb2',
  'tensorflow.core.protobuf.config_pb2',
  'tensorflow.core.protobuf.meta_graph_pb2',
  'tensorflow.core.protobuf.rewriter_config_pb2',
  'tensorflow.core.protobuf.saved_model_pb2',
  'tensorflow.core.protobuf.saved_object_graph_pb2',
  'tensorflow.core.protobuf.struct_pb2',
  'tensorflow.core.protobuf.tensorflow_server_pb2',
  'tensorflow.core.protobuf.trackable_object_graph_pb2',
  'tensorflow.core.util.event_pb2',
  'tensorflow.tsl.profiler.protobuf.xplane_pb2',
];

const OPTIONS = 'target=ts,import_extension=ts,erasable_syntax=true';
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const root = fileURLToPath(new URL('..', import.meta.url));

function readDescriptors(python: string): FileDescriptorSet {
  const bytes = execFileSync(python, [join(root, 'tools/dump-protos.py'), ...MODULES], {
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  const descriptors = fromBinary(FileDescriptorSetSchema, bytes);
  for (const file of descriptors.file) file.messageType.forEach(addJsonNames);
  return descriptors;
}

/** Python's descriptors leave out the JSON names, which the generator expects; they follow from the field names. */
function addJsonNames(message: DescriptorProto): void {
  for (const field of message.field) field.jsonName = protoCamelCase(field.name);
  message.nestedType.forEach(addJsonNames);
}

/** Runs the generator of the same version as the installed runtime: the two must match. */
function generate(descriptors: FileDescriptorSet): Map<string, string> {
  const request = create(CodeGeneratorRequestSchema, {
    // The runtime library brings Google's own types.
    fileToGenerate: descriptors.file.map((file) => file.name).filter((name) => !name.startsWith('google/protobuf/')),
    parameter: OPTIONS,
    protoFile: descriptors.file,
  });
  const plugin = `@bufbuild/protoc-gen-es@${runtimeVersion()}`;
  const output = execFileSync('npx', ['--yes', '--package', plugin, 'protoc-gen-es'], {
    input: toBinary(CodeGeneratorRequestSchema, request),
    maxBuffer: MAX_OUTPUT_BYTES,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const response = fromBinary(CodeGeneratorResponseSchema, output);
  if (response.error !== '') throw new Error(response.error);
  return new Map(response.file.map((file) => [file.name, file.content]));
}

function runtimeVersion(): string {
  const text = readFileSync(join(root, 'node_modules/@bufbuild/protobuf/package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function write(files: Map<string, string>, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [name, content] of files) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

const files = generate(readDescriptors(process.argv[2] ?? 'python3'));
write(files, join(root, 'src/native/protos/generated'));
console.log(`Wrote ${files.size} files.`);
