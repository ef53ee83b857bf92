/** `tensorflow/c/eager/c_api.h` and `c_api_experimental.h`: the eager runtime. */
import { c } from './declare.ts';
import type {
  BufferHandle,
  CancellationManagerHandle,
  ContextHandle,
  ContextOptionsHandle,
  DeviceListHandle,
  EagerOpHandle,
  EagerTensorHandle,
  FunctionHandle,
  StatusHandle,
  TensorHandle,
} from './handles.ts';

export const eager = {
  TFE_NewContextOptions: c<() => ContextOptionsHandle>('TFE_ContextOptions* TFE_NewContextOptions(void)'),
  TFE_ContextOptionsSetConfig: c<
    (options: ContextOptionsHandle, proto: Uint8Array, length: number, status: StatusHandle) => void
  >(
    'void TFE_ContextOptionsSetConfig(TFE_ContextOptions* options, const void* proto, size_t proto_len, TF_Status* status)',
  ),
  TFE_DeleteContextOptions: c<(options: ContextOptionsHandle) => void>(
    'void TFE_DeleteContextOptions(TFE_ContextOptions*)',
  ),
  TFE_NewContext: c<(options: ContextOptionsHandle, status: StatusHandle) => ContextHandle>(
    'TFE_Context* TFE_NewContext(const TFE_ContextOptions* opts, TF_Status* status)',
  ),
  TFE_DeleteContext: c<(context: ContextHandle) => void>('void TFE_DeleteContext(TFE_Context* ctx)'),
  TFE_ContextListDevices: c<(context: ContextHandle, status: StatusHandle) => DeviceListHandle>(
    'TF_DeviceList* TFE_ContextListDevices(TFE_Context* ctx, TF_Status* status)',
  ),
  TFE_EnableCollectiveOps: c<
    (context: ContextHandle, serverDef: Uint8Array, length: number, status: StatusHandle) => void
  >('void TFE_EnableCollectiveOps(TFE_Context* ctx, const void* proto, size_t proto_len, TF_Status* status)'),
  TFE_AbortCollectiveOps: c<(context: ContextHandle, status: StatusHandle) => void>(
    'void TFE_AbortCollectiveOps(TFE_Context* ctx, TF_Status* status)',
  ),

  TFE_NewTensorHandle: c<(tensor: TensorHandle, status: StatusHandle) => EagerTensorHandle>(
    'TFE_TensorHandle* TFE_NewTensorHandle(const TF_Tensor* t, TF_Status* status)',
  ),
  TFE_DeleteTensorHandle: c<(handle: EagerTensorHandle) => void>('void TFE_DeleteTensorHandle(TFE_TensorHandle* h)'),
  TFE_TensorHandleDataType: c<(handle: EagerTensorHandle) => number>(
    'int TFE_TensorHandleDataType(TFE_TensorHandle* h)',
  ),
  TFE_TensorHandleNumDims: c<(handle: EagerTensorHandle, status: StatusHandle) => number>(
    'int TFE_TensorHandleNumDims(TFE_TensorHandle* h, TF_Status* status)',
  ),
  TFE_TensorHandleDim: c<(handle: EagerTensorHandle, index: number, status: StatusHandle) => number>(
    'int64_t TFE_TensorHandleDim(TFE_TensorHandle* h, int dim_index, TF_Status* status)',
  ),
  TFE_TensorHandleCopySharingTensor: c<(handle: EagerTensorHandle, status: StatusHandle) => EagerTensorHandle>(
    'TFE_TensorHandle* TFE_TensorHandleCopySharingTensor(TFE_TensorHandle* h, TF_Status* status)',
  ),
  TFE_TensorHandleResolve: c<(handle: EagerTensorHandle, status: StatusHandle) => TensorHandle>(
    'TF_Tensor* TFE_TensorHandleResolve(TFE_TensorHandle* h, TF_Status* status)',
  ),

  TFE_TensorHandleDeviceName: c<(handle: EagerTensorHandle, status: StatusHandle) => string>(
    'const char* TFE_TensorHandleDeviceName(TFE_TensorHandle* h, TF_Status* status)',
  ),
  TFE_TensorHandleBackingDeviceName: c<(handle: EagerTensorHandle, status: StatusHandle) => string>(
    'const char* TFE_TensorHandleBackingDeviceName(TFE_TensorHandle* h, TF_Status* status)',
  ),
  TFE_TensorHandleCopyToDevice: c<
    (handle: EagerTensorHandle, context: ContextHandle, device: string, status: StatusHandle) => EagerTensorHandle
  >(
    'TFE_TensorHandle* TFE_TensorHandleCopyToDevice(TFE_TensorHandle* h, TFE_Context* ctx, const char* device_name, TF_Status* status)',
  ),

  TFE_NewOp: c<(context: ContextHandle, name: string, status: StatusHandle) => EagerOpHandle>(
    'TFE_Op* TFE_NewOp(TFE_Context* ctx, const char* op_or_function_name, TF_Status* status)',
  ),
  TFE_DeleteOp: c<(op: EagerOpHandle) => void>('void TFE_DeleteOp(TFE_Op* op)'),
  TFE_OpSetDevice: c<(op: EagerOpHandle, device: string, status: StatusHandle) => void>(
    'void TFE_OpSetDevice(TFE_Op* op, const char* device_name, TF_Status* status)',
  ),
  TFE_OpAddInput: c<(op: EagerOpHandle, input: EagerTensorHandle, status: StatusHandle) => void>(
    'void TFE_OpAddInput(TFE_Op* op, TFE_TensorHandle* input, TF_Status* status)',
  ),
  TFE_OpAddInputList: c<(op: EagerOpHandle, inputs: BigUint64Array, numInputs: number, status: StatusHandle) => void>(
    'void TFE_OpAddInputList(TFE_Op* op, TFE_TensorHandle** inputs, int num_inputs, TF_Status* status)',
  ),
  TFE_OpSetAttrString: c<(op: EagerOpHandle, name: string, value: Uint8Array, length: number) => void>(
    'void TFE_OpSetAttrString(TFE_Op* op, const char* attr_name, const void* value, size_t length)',
  ),
  TFE_OpSetAttrInt: c<(op: EagerOpHandle, name: string, value: number) => void>(
    'void TFE_OpSetAttrInt(TFE_Op* op, const char* attr_name, int64_t value)',
  ),
  TFE_OpSetAttrFloat: c<(op: EagerOpHandle, name: string, value: number) => void>(
    'void TFE_OpSetAttrFloat(TFE_Op* op, const char* attr_name, float value)',
  ),
  TFE_OpSetAttrBool: c<(op: EagerOpHandle, name: string, value: number) => void>(
    'void TFE_OpSetAttrBool(TFE_Op* op, const char* attr_name, unsigned char value)',
  ),
  TFE_OpSetAttrType: c<(op: EagerOpHandle, name: string, value: number) => void>(
    'void TFE_OpSetAttrType(TFE_Op* op, const char* attr_name, int value)',
  ),
  TFE_OpSetAttrShape: c<
    (op: EagerOpHandle, name: string, dims: BigInt64Array, numDims: number, status: StatusHandle) => void
  >(
    'void TFE_OpSetAttrShape(TFE_Op* op, const char* attr_name, const int64_t* dims, const int num_dims, TF_Status* out_status)',
  ),
  TFE_OpSetAttrFunctionName: c<(op: EagerOpHandle, name: string, value: Uint8Array, length: number) => void>(
    'void TFE_OpSetAttrFunctionName(TFE_Op* op, const char* attr_name, const char* data, size_t length)',
  ),
  TFE_OpSetAttrStringList: c<
    (op: EagerOpHandle, name: string, values: BigUint64Array, lengths: BigUint64Array, numValues: number) => void
  >(
    'void TFE_OpSetAttrStringList(TFE_Op* op, const char* attr_name, const void* const* values, const size_t* lengths, int num_values)',
  ),
  TFE_OpSetAttrIntList: c<(op: EagerOpHandle, name: string, values: BigInt64Array, numValues: number) => void>(
    'void TFE_OpSetAttrIntList(TFE_Op* op, const char* attr_name, const int64_t* values, int num_values)',
  ),
  TFE_OpSetAttrFloatList: c<(op: EagerOpHandle, name: string, values: Float32Array, numValues: number) => void>(
    'void TFE_OpSetAttrFloatList(TFE_Op* op, const char* attr_name, const float* values, int num_values)',
  ),
  TFE_OpSetAttrTypeList: c<(op: EagerOpHandle, name: string, values: Int32Array, numValues: number) => void>(
    'void TFE_OpSetAttrTypeList(TFE_Op* op, const char* attr_name, const int* values, int num_values)',
  ),
  TFE_OpSetAttrShapeList: c<
    (
      op: EagerOpHandle,
      name: string,
      dims: BigInt64Array[],
      numDims: Int32Array,
      numValues: number,
      status: StatusHandle,
    ) => void
  >(
    'void TFE_OpSetAttrShapeList(TFE_Op* op, const char* attr_name, const int64_t** dims, const int* num_dims, int num_values, TF_Status* out_status)',
  ),
  TFE_Execute: c<(op: EagerOpHandle, outputs: BigUint64Array, numOutputs: Int32Array, status: StatusHandle) => void>(
    'void TFE_Execute(TFE_Op* op, TFE_TensorHandle** retvals, int* num_retvals, TF_Status* status)',
  ),

  TFE_NewCancellationManager: c<() => CancellationManagerHandle>(
    'TFE_CancellationManager* TFE_NewCancellationManager(void)',
  ),
  TFE_CancellationManagerStartCancel: c<(manager: CancellationManagerHandle) => void>(
    'void TFE_CancellationManagerStartCancel(TFE_CancellationManager* manager)',
  ),
  TFE_DeleteCancellationManager: c<(manager: CancellationManagerHandle) => void>(
    'void TFE_DeleteCancellationManager(TFE_CancellationManager* manager)',
  ),
  TFE_OpSetCancellationManager: c<
    (op: EagerOpHandle, manager: CancellationManagerHandle, status: StatusHandle) => void
  >('void TFE_OpSetCancellationManager(TFE_Op* op, TFE_CancellationManager* cancellation_manager, TF_Status* status)'),

  TFE_ContextEnableRunMetadata: c<(context: ContextHandle) => void>(
    'void TFE_ContextEnableRunMetadata(TFE_Context* ctx)',
  ),
  TFE_ContextDisableRunMetadata: c<(context: ContextHandle) => void>(
    'void TFE_ContextDisableRunMetadata(TFE_Context* ctx)',
  ),
  TFE_ContextExportRunMetadata: c<(context: ContextHandle, buffer: BufferHandle, status: StatusHandle) => void>(
    'void TFE_ContextExportRunMetadata(TFE_Context* ctx, TF_Buffer* buf, TF_Status* status)',
  ),

  TFE_ContextAddFunction: c<(context: ContextHandle, fn: FunctionHandle, status: StatusHandle) => void>(
    'void TFE_ContextAddFunction(TFE_Context* ctx, TF_Function* function, TF_Status* status)',
  ),
  TFE_ContextGetFunctionDef: c<
    (context: ContextHandle, name: string, buffer: BufferHandle, status: StatusHandle) => void
  >('void TFE_ContextGetFunctionDef(TFE_Context* ctx, const char* function_name, TF_Buffer* buf, TF_Status* status)'),
  TFE_ContextRemoveFunction: c<(context: ContextHandle, name: string, status: StatusHandle) => void>(
    'void TFE_ContextRemoveFunction(TFE_Context* ctx, const char* name, TF_Status* status)',
  ),
};
