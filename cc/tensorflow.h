// Owners for the objects of TensorFlow's C API.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tensorflow_c_api.h"

namespace tfd {

class Status {
 public:
  // Throws std::runtime_error with TensorFlow's message, unless the status is OK.
  void check() const {
    if (TF_GetCode(get()) != TF_OK) throw std::runtime_error(TF_Message(get()));
  }
  TF_Status* get() const { return status_.get(); }

 private:
  struct Delete {
    void operator()(TF_Status* status) const { TF_DeleteStatus(status); }
  };
  std::unique_ptr<TF_Status, Delete> status_{TF_NewStatus()};
};

struct DeleteTensor {
  void operator()(TF_Tensor* tensor) const { TF_DeleteTensor(tensor); }
};
using Tensor = std::unique_ptr<TF_Tensor, DeleteTensor>;

inline std::vector<int64_t> dimensions(const TF_Tensor* tensor) {
  std::vector<int64_t> result(TF_NumDims(tensor));
  for (size_t i = 0; i < result.size(); i++) result[i] = TF_Dim(tensor, static_cast<int>(i));
  return result;
}

}  // namespace tfd
