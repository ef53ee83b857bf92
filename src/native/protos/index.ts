/**
 * TensorFlow's protobuf messages, typed: a schema and a type each, `encode` and `decode`.
 *
 * `generated/` is written by `tools/generate-protos.ts`; import from here, and add a line where a message is missing.
 */
export { decode, encode } from './codec.ts';

// Configuration of a runtime and of a cluster.
export { ClusterDefSchema, type ClusterDef } from './generated/tensorflow/core/protobuf/cluster_pb.ts';
export {
  ConfigProtoSchema,
  GPUOptionsSchema,
  OptimizerOptions_GlobalJitLevel,
  RunMetadataSchema,
  type ConfigProto,
  type GPUOptions,
  type RunMetadata,
} from './generated/tensorflow/core/protobuf/config_pb.ts';
export {
  RewriterConfig_Toggle,
  RewriterConfigSchema,
  type RewriterConfig,
} from './generated/tensorflow/core/protobuf/rewriter_config_pb.ts';
export { ServerDefSchema, type ServerDef } from './generated/tensorflow/core/protobuf/tensorflow_server_pb.ts';

// Graphs, functions and ops.
export {
  AttrValueSchema,
  NameAttrListSchema,
  type AttrValue,
  type NameAttrList,
} from './generated/tensorflow/core/framework/attr_value_pb.ts';
export {
  FunctionDefLibrarySchema,
  FunctionDefSchema,
  type FunctionDef,
  type FunctionDefLibrary,
} from './generated/tensorflow/core/framework/function_pb.ts';
export { GraphDefSchema, type GraphDef } from './generated/tensorflow/core/framework/graph_pb.ts';
export { NodeDefSchema, type NodeDef } from './generated/tensorflow/core/framework/node_def_pb.ts';
export {
  OpDef_ArgDefSchema,
  OpDefSchema,
  OpListSchema,
  type OpDef,
  type OpList,
} from './generated/tensorflow/core/framework/op_def_pb.ts';

// Values.
export { TensorProtoSchema, type TensorProto } from './generated/tensorflow/core/framework/tensor_pb.ts';
export {
  TensorShapeProtoSchema,
  type TensorShapeProto,
} from './generated/tensorflow/core/framework/tensor_shape_pb.ts';
export { VariableDefSchema, type VariableDef } from './generated/tensorflow/core/framework/variable_pb.ts';
export { DataType } from './generated/tensorflow/core/framework/types_pb.ts';

// Examples, as TFRecord files hold them.
export {
  ExampleSchema,
  SequenceExampleSchema,
  type Example,
  type SequenceExample,
} from './generated/tensorflow/core/example/example_pb.ts';
export { FeatureSchema, type Feature } from './generated/tensorflow/core/example/feature_pb.ts';

// Saved models and checkpoints.
export {
  MetaGraphDefSchema,
  SignatureDefSchema,
  TensorInfoSchema,
  type MetaGraphDef,
  type SignatureDef,
} from './generated/tensorflow/core/protobuf/meta_graph_pb.ts';
export { SavedModelSchema, type SavedModel } from './generated/tensorflow/core/protobuf/saved_model_pb.ts';
export {
  SavedObjectGraphSchema,
  type SavedObjectGraph,
} from './generated/tensorflow/core/protobuf/saved_object_graph_pb.ts';
export { StructuredValueSchema, type StructuredValue } from './generated/tensorflow/core/protobuf/struct_pb.ts';
export {
  TrackableObjectGraphSchema,
  type TrackableObjectGraph,
} from './generated/tensorflow/core/protobuf/trackable_object_graph_pb.ts';

// What TensorBoard and the profiler read.
export {
  SummaryMetadataSchema,
  SummarySchema,
  type Summary,
  type SummaryMetadata,
} from './generated/tensorflow/core/framework/summary_pb.ts';
export { StepStatsSchema, type StepStats } from './generated/tensorflow/core/framework/step_stats_pb.ts';
export { EventSchema, type Event } from './generated/tensorflow/core/util/event_pb.ts';
export {
  XSpaceSchema,
  type XEvent,
  type XLine,
  type XPlane,
  type XSpace,
  type XStat,
} from './generated/tsl/profiler/protobuf/xplane_pb.ts';
