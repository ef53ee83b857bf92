/** `tensorflow/c/c_api.h`, `tf_status.h`, `tf_buffer.h`, `tf_tensor.h`, `tf_tstring.h`: status, buffers, tensors. */
import { c } from './declare.ts';
import type { Address, BufferHandle, DeviceListHandle, StatusHandle, TensorHandle } from './handles.ts';

export const core = {
  TF_Version: c<() => string>('const char* TF_Version(void)'),

  TF_NewStatus: c<() => StatusHandle>('TF_Status* TF_NewStatus(void)'),
  TF_DeleteStatus: c<(status: StatusHandle) => void>('void TF_DeleteStatus(TF_Status*)'),
  TF_SetStatus: c<(status: StatusHandle, code: number, message: string) => void>(
    'void TF_SetStatus(TF_Status* s, int code, const char* msg)',
  ),
  TF_GetCode: c<(status: StatusHandle) => number>('int TF_GetCode(const TF_Status* s)'),
  TF_Message: c<(status: StatusHandle) => string>('const char* TF_Message(const TF_Status* s)'),

  TF_NewBuffer: c<() => BufferHandle>('TF_Buffer* TF_NewBuffer(void)'),
  TF_DeleteBuffer: c<(buffer: BufferHandle) => void>('void TF_DeleteBuffer(TF_Buffer*)'),

  TF_AllocateTensor: c<(dtype: number, dims: BigInt64Array, numDims: number, sizeBytes: number) => TensorHandle | null>(
    'TF_Tensor* TF_AllocateTensor(int, const int64_t* dims, int num_dims, size_t len)',
  ),
  TF_DeleteTensor: c<(tensor: TensorHandle) => void>('void TF_DeleteTensor(TF_Tensor*)'),
  TF_TensorData: c<(tensor: TensorHandle) => Address>('void* TF_TensorData(const TF_Tensor*)'),
  TF_TensorByteSize: c<(tensor: TensorHandle) => number>('size_t TF_TensorByteSize(const TF_Tensor*)'),

  TF_StringInit: c<(address: Address) => void>('void TF_StringInit(TF_TString *t)'),
  TF_StringCopy: c<(address: Address, source: Uint8Array, size: number) => void>(
    'void TF_StringCopy(TF_TString *dst, const char *src, size_t size)',
  ),
  TF_StringGetDataPointer: c<(address: Address) => Address>(
    'const void *TF_StringGetDataPointer(const TF_TString *tstr)',
  ),
  TF_StringGetSize: c<(address: Address) => number>('size_t TF_StringGetSize(const TF_TString *tstr)'),

  TF_DeviceListCount: c<(list: DeviceListHandle) => number>('int TF_DeviceListCount(const TF_DeviceList* list)'),
  TF_DeviceListName: c<(list: DeviceListHandle, index: number, status: StatusHandle) => string>(
    'const char* TF_DeviceListName(const TF_DeviceList* list, int index, TF_Status* status)',
  ),
  TF_DeviceListType: c<(list: DeviceListHandle, index: number, status: StatusHandle) => string>(
    'const char* TF_DeviceListType(const TF_DeviceList* list, int index, TF_Status* status)',
  ),
  TF_DeleteDeviceList: c<(list: DeviceListHandle) => void>('void TF_DeleteDeviceList(TF_DeviceList* list)'),
};
