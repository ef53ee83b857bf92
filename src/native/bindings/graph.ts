/** `tensorflow/c/c_api.h`: graphs, and the functions made of them. */
import { c } from './declare.ts';
import type {
  BufferHandle,
  FunctionHandle,
  GraphHandle,
  OperationDescriptionHandle,
  OperationHandle,
  OperationInput,
  Output,
  StatusHandle,
  TensorHandle,
} from './handles.ts';

type Description = OperationDescriptionHandle;

export const graph = {
  TF_NewGraph: c<() => GraphHandle>('TF_Graph* TF_NewGraph(void)'),
  TF_DeleteGraph: c<(graph: GraphHandle) => void>('void TF_DeleteGraph(TF_Graph*)'),
  TF_GraphSetTensorShape: c<
    (graph: GraphHandle, output: Output, dims: BigInt64Array, numDims: number, status: StatusHandle) => void
  >(
    'void TF_GraphSetTensorShape(TF_Graph* graph, TF_Output output, const int64_t* dims, const int num_dims, TF_Status* status)',
  ),
  TF_GraphGetTensorNumDims: c<(graph: GraphHandle, output: Output, status: StatusHandle) => number>(
    'int TF_GraphGetTensorNumDims(TF_Graph* graph, TF_Output output, TF_Status* status)',
  ),
  TF_GraphGetTensorShape: c<
    (graph: GraphHandle, output: Output, dims: BigInt64Array, numDims: number, status: StatusHandle) => void
  >('void TF_GraphGetTensorShape(TF_Graph* graph, TF_Output output, int64_t* dims, int num_dims, TF_Status* status)'),
  TF_GraphToGraphDef: c<(graph: GraphHandle, buffer: BufferHandle, status: StatusHandle) => void>(
    'void TF_GraphToGraphDef(TF_Graph* graph, TF_Buffer* output_graph_def, TF_Status* status)',
  ),

  TF_NewOperation: c<(graph: GraphHandle, opType: string, name: string) => Description>(
    'TF_OperationDescription* TF_NewOperation(TF_Graph* graph, const char* op_type, const char* oper_name)',
  ),
  TF_SetDevice: c<(description: Description, device: string) => void>(
    'void TF_SetDevice(TF_OperationDescription* desc, const char* device)',
  ),
  TF_AddInput: c<(description: Description, input: Output) => void>(
    'void TF_AddInput(TF_OperationDescription* desc, TF_Output input)',
  ),
  TF_AddInputList: c<(description: Description, inputs: readonly Output[], numInputs: number) => void>(
    'void TF_AddInputList(TF_OperationDescription* desc, const TF_Output* inputs, int num_inputs)',
  ),
  TF_AddControlInput: c<(description: Description, input: OperationHandle) => void>(
    'void TF_AddControlInput(TF_OperationDescription* desc, TF_Operation* input)',
  ),
  TF_SetAttrString: c<(description: Description, name: string, value: Uint8Array, length: number) => void>(
    'void TF_SetAttrString(TF_OperationDescription* desc, const char* attr_name, const void* value, size_t length)',
  ),
  TF_SetAttrInt: c<(description: Description, name: string, value: number) => void>(
    'void TF_SetAttrInt(TF_OperationDescription* desc, const char* attr_name, int64_t value)',
  ),
  TF_SetAttrFloat: c<(description: Description, name: string, value: number) => void>(
    'void TF_SetAttrFloat(TF_OperationDescription* desc, const char* attr_name, float value)',
  ),
  TF_SetAttrBool: c<(description: Description, name: string, value: number) => void>(
    'void TF_SetAttrBool(TF_OperationDescription* desc, const char* attr_name, unsigned char value)',
  ),
  TF_SetAttrType: c<(description: Description, name: string, value: number) => void>(
    'void TF_SetAttrType(TF_OperationDescription* desc, const char* attr_name, int value)',
  ),
  TF_SetAttrShape: c<(description: Description, name: string, dims: BigInt64Array, numDims: number) => void>(
    'void TF_SetAttrShape(TF_OperationDescription* desc, const char* attr_name, const int64_t* dims, int num_dims)',
  ),
  TF_SetAttrTensor: c<(description: Description, name: string, value: TensorHandle, status: StatusHandle) => void>(
    'void TF_SetAttrTensor(TF_OperationDescription* desc, const char* attr_name, TF_Tensor* value, TF_Status* status)',
  ),
  TF_SetAttrFuncName: c<(description: Description, name: string, value: Uint8Array, length: number) => void>(
    'void TF_SetAttrFuncName(TF_OperationDescription* desc, const char* attr_name, const char* value, size_t length)',
  ),
  TF_SetAttrStringList: c<
    (description: Description, name: string, values: BigUint64Array, lengths: BigUint64Array, numValues: number) => void
  >(
    'void TF_SetAttrStringList(TF_OperationDescription* desc, const char* attr_name, const void* const* values, const size_t* lengths, int num_values)',
  ),
  TF_SetAttrIntList: c<(description: Description, name: string, values: BigInt64Array, numValues: number) => void>(
    'void TF_SetAttrIntList(TF_OperationDescription* desc, const char* attr_name, const int64_t* values, int num_values)',
  ),
  TF_SetAttrFloatList: c<(description: Description, name: string, values: Float32Array, numValues: number) => void>(
    'void TF_SetAttrFloatList(TF_OperationDescription* desc, const char* attr_name, const float* values, int num_values)',
  ),
  TF_SetAttrTypeList: c<(description: Description, name: string, values: Int32Array, numValues: number) => void>(
    'void TF_SetAttrTypeList(TF_OperationDescription* desc, const char* attr_name, const int* values, int num_values)',
  ),
  TF_SetAttrShapeList: c<
    (description: Description, name: string, dims: BigInt64Array[], numDims: Int32Array, numShapes: number) => void
  >(
    'void TF_SetAttrShapeList(TF_OperationDescription* desc, const char* attr_name, const int64_t* const* dims, const int* num_dims, int num_shapes)',
  ),
  TF_FinishOperation: c<(description: Description, status: StatusHandle) => OperationHandle | null>(
    'TF_Operation* TF_FinishOperation(TF_OperationDescription* desc, TF_Status* status)',
  ),
  TF_UpdateEdge: c<(graph: GraphHandle, source: Output, input: OperationInput, status: StatusHandle) => void>(
    'void TF_UpdateEdge(TF_Graph* graph, TF_Output new_src, TF_Input dst, TF_Status* status)',
  ),
  TF_OperationNumOutputs: c<(operation: OperationHandle) => number>('int TF_OperationNumOutputs(TF_Operation* oper)'),
  TF_OperationOutputType: c<(output: Output) => number>('int TF_OperationOutputType(TF_Output oper_out)'),

  TF_GraphToFunctionWithControlOutputs: c<
    (
      body: GraphHandle,
      name: string,
      appendHash: number,
      numOperations: number,
      operations: null,
      numInputs: number,
      inputs: readonly Output[],
      numOutputs: number,
      outputs: readonly Output[],
      outputNames: null,
      numControlOutputs: number,
      controlOutputs: BigUint64Array,
      controlOutputNames: null,
      options: null,
      description: string | null,
      status: StatusHandle,
    ) => FunctionHandle | null
  >(
    'TF_Function* TF_GraphToFunctionWithControlOutputs(const TF_Graph* fn_body, const char* fn_name, unsigned char append_hash_to_fn_name, int num_opers, const TF_Operation* const* opers, int ninputs, const TF_Output* inputs, int noutputs, const TF_Output* outputs, const char* const* output_names, int ncontrol_outputs, const TF_Operation* const* control_outputs, const char* const* control_output_names, const TF_FunctionOptions* opts, const char* description, TF_Status* status)',
  ),
  TF_DeleteFunction: c<(fn: FunctionHandle) => void>('void TF_DeleteFunction(TF_Function* func)'),
};
