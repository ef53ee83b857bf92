// Chooses the version of the reductions for the CPU that runs.
#include "reductions.h"

#include <stdexcept>
#include <string>

namespace tfd {

namespace baseline {
Arithmetic arithmetic(TF_DataType type, Reduction reduction);
}
#ifdef TFD_WITH_AVX2
namespace avx2 {
Arithmetic arithmetic(TF_DataType type, Reduction reduction);
}
#endif

Arithmetic arithmetic(TF_DataType type, Reduction reduction) {
  elementSize(type);
#ifdef TFD_WITH_AVX2
  static const bool hasAvx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (hasAvx2) return avx2::arithmetic(type, reduction);
#endif
  return baseline::arithmetic(type, reduction);
}

size_t elementSize(TF_DataType type) {
  switch (type) {
    case TF_BOOL:
      return 1;
    case TF_HALF:
    case TF_BFLOAT16:
      return 2;
    case TF_FLOAT:
    case TF_INT32:
      return 4;
    case TF_DOUBLE:
    case TF_INT64:
      return 8;
  }
  throw std::invalid_argument("collectives take float, double, half, bfloat16, int32, int64 and bool; received dtype " +
                              std::to_string(static_cast<int>(type)));
}

}  // namespace tfd
