// The attributes of one op in a graph, as its kernel keeps them.
#pragma once

#include <vector>

#include "exchange.h"

namespace tfd {

struct Attributes {
  Exchange exchange;
  std::vector<int64_t> sizes;  // the first dimension of every rank's tensor, or empty where they are equal
};

// Which attributes an op has, beside `tag`.
struct AttributeNames {
  bool type;
  bool reduction;
  bool root;
  bool sizes;
};

// Throws std::runtime_error with TensorFlow's message, or std::invalid_argument for a dtype that has no collectives.
Attributes readAttributes(TF_OpKernelConstruction* construction, Kind kind, AttributeNames names);

}  // namespace tfd
