// Element-wise arithmetic of the collectives: one function for each dtype and reduction.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tensorflow_c_api.h"

namespace tfd {

enum class Reduction : int32_t { kSum, kMean, kMin, kMax, kProduct };

// out[i] = a[i] (op) b[i]. `out` may be `a` or `b`. NaN wins over every number in minimum and maximum.
using ReduceFunction = void (*)(void* out, const void* a, const void* b, size_t count);

// out[i] = in[i] / divisor. `out` may be `in`. Integers round towards zero.
using DivideFunction = void (*)(void* out, const void* in, size_t count, int divisor);

struct Arithmetic {
  ReduceFunction reduce;
  DivideFunction divide;
};

// The functions for a dtype, bool by minimum or maximum only, in the fastest version that this CPU can run; a mean is a sum until it is divided.
Arithmetic arithmetic(TF_DataType type, Reduction reduction);

// Bytes of one element; throws std::invalid_argument for a dtype that the collectives do not take.
size_t elementSize(TF_DataType type);

}  // namespace tfd
