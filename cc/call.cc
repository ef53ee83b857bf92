#include "call.h"

namespace tfd {

// `done` points to a std::function on the stack of the caller, gone when the kernel returns (tensorflow/c/kernels.cc,
// CAsyncOpKernel). A kernel that ends later needs a copy. The class has one layout in each C++ standard library, and
// TensorFlow is built with the platform's.
Call::Call(TF_OpKernelContext* context, TF_AsyncOpKernelDoneCallback* done)
    : context_(context), done_(*reinterpret_cast<const std::function<void()>*>(done)) {}

TF_Tensor* Call::input(int index) {
  tensors_.push_back(fetch(index));
  return tensors_.back().get();
}

Call::Forwarded Call::forward(int index) {
  Tensor source = fetch(index);
  const auto dims = dimensions(source.get());
  source.reset();
  const int candidates[] = {index};
  int forwarded = -1;
  Status status;
  Tensor output(TF_ForwardInputOrAllocateOutput(context_, candidates, 1, index, dims.data(),
                                                static_cast<int>(dims.size()), &forwarded, status.get()));
  status.check();
  Forwarded result{output.get(), output.get()};
  tensors_.push_back(std::move(output));
  if (forwarded < 0) result.source = input(index);
  return result;
}

TF_Tensor* Call::allocate(int index, TF_DataType type, const std::vector<int64_t>& dims, size_t sizeBytes) {
  Status status;
  Tensor output(TF_AllocateOutput(context_, index, type, dims.data(), static_cast<int>(dims.size()), sizeBytes,
                                  status.get()));
  status.check();
  tensors_.push_back(std::move(output));
  return tensors_.back().get();
}

void Call::succeed() {
  tensors_.clear();
  done_();
}

void Call::fail(TF_Code code, const std::string& message) {
  tensors_.clear();
  Status status;
  TF_SetStatus(status.get(), code, message.c_str());
  TF_OpKernelContext_Failure(context_, status.get());
  done_();
}

Tensor Call::fetch(int index) {
  TF_Tensor* tensor = nullptr;
  Status status;
  TF_GetInput(context_, index, &tensor, status.get());
  status.check();
  if (tensor == nullptr) throw std::runtime_error("input " + std::to_string(index) + " is missing");
  return Tensor(tensor);
}

}  // namespace tfd
