// One run of a collective op: from the moment that TensorFlow's executor starts it until it is told the end.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tensorflow.h"

namespace tfd {

class Call {
 public:
  Call(TF_OpKernelContext* context, TF_AsyncOpKernelDoneCallback* done);

  // Input `index`; the call keeps it alive until the end.
  TF_Tensor* input(int index);

  // An output like input `index`, in the same memory where nobody else needs the input. `input(index)` must not have
  // been called before: a second owner of the memory prevents the reuse. Returns {source, output}; the two have the
  // same memory where it was reused.
  struct Forwarded {
    TF_Tensor* source;
    TF_Tensor* output;
  };
  Forwarded forward(int index);

  // A new output.
  TF_Tensor* allocate(int index, TF_DataType type, const std::vector<int64_t>& dims, size_t sizeBytes);

  // Ends the call: gives all tensors back, then tells the executor. Exactly one of these is called, once.
  void succeed();
  void fail(TF_Code code, const std::string& message);

 private:
  Tensor fetch(int index);

  TF_OpKernelContext* context_;
  std::function<void()> done_;
  std::vector<Tensor> tensors_;
};

}  // namespace tfd
