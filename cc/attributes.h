// The attributes of one op in a graph, as its kernel keeps them.
#pragma once

#include "collectives.h"

namespace tfd {

struct Attributes {
  Exchange exchange{TF_FLOAT, Reduction::kSum, 0};
  int root = 0;
};

// Which attributes an op has, beside `tag`.
struct AttributeNames {
  bool type;
  bool reduction;
  bool root;
};

// Throws std::runtime_error with TensorFlow's message, or std::invalid_argument for a dtype that has no collectives.
Attributes readAttributes(TF_OpKernelConstruction* construction, AttributeNames names);

}  // namespace tfd
