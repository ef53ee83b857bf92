// The loops behind reductions.h. This file is compiled once for each instruction set, under the name of
// TFD_INSTRUCTION_SET, and calls nothing that is shared between the versions: an inline function of the standard
// library, compiled for a newer CPU, could otherwise be the one that the linker keeps for all.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "reductions.h"

namespace tfd {
namespace {

uint32_t bitsOf(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

float floatOf(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

struct Half {
  uint16_t bits;
};
struct BFloat16 {
  uint16_t bits;
};

// `Wide` is the type in which a dtype is computed.
template <typename T>
struct Wide {
  using type = T;
  static T load(T value) { return value; }
  static T store(T value) { return value; }
};

template <>
struct Wide<BFloat16> {
  using type = float;
  static float load(BFloat16 value) { return floatOf(uint32_t{value.bits} << 16); }
  static BFloat16 store(float value) {
    const uint32_t bits = bitsOf(value);
    const uint32_t rounded = bits + 0x7fff + ((bits >> 16) & 1);  // to nearest, ties to even
    const uint32_t quietNaN = bits | 0x400000;
    return {static_cast<uint16_t>((value != value ? quietNaN : rounded) >> 16)};
  }
};

// Conversions without branches, so that the loops vectorise.
template <>
struct Wide<Half> {
  using type = float;
  static float load(Half value) {
    const uint32_t word = uint32_t{value.bits} << 16;
    const uint32_t sign = word & 0x80000000u;
    const uint32_t magnitude = word + word;
    const float normal = floatOf((magnitude >> 4) + (0xe0u << 23)) * 0x1p-112f;
    const float subnormal = floatOf((magnitude >> 17) | (126u << 23)) - 0.5f;
    return floatOf(sign | bitsOf(magnitude < (1u << 27) ? subnormal : normal));
  }
  static Half store(float value) {
    const uint32_t word = bitsOf(value);
    const uint32_t sign = word & 0x80000000u;
    const uint32_t magnitude = word + word;
    const uint32_t exponent = magnitude & 0xff000000u;
    const uint32_t bias = exponent < 0x71000000u ? 0x71000000u : exponent;
    // Scaling up and down overflows to infinity what a half cannot hold; adding the bias rounds to nearest even.
    const float scaled = (floatOf(word & 0x7fffffffu) * 0x1p+112f) * 0x1p-110f;
    const uint32_t rounded = bitsOf(floatOf((bias >> 1) + 0x07800000u) + scaled);
    const uint32_t number = ((rounded >> 13) & 0x7c00u) + (rounded & 0x0fffu);
    return {static_cast<uint16_t>((sign >> 16) | (magnitude > 0xff000000u ? 0x7e00u : number))};
  }
};

struct Sum {
  template <typename W>
  static W apply(W a, W b) {
    return a + b;
  }
};
// Signed overflow is undefined in C++; TensorFlow's integers wrap.
template <>
int32_t Sum::apply(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}
template <>
int64_t Sum::apply(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
struct Product {
  template <typename W>
  static W apply(W a, W b) {
    return a * b;
  }
};
template <>
int32_t Product::apply(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) * static_cast<uint32_t>(b));
}
template <>
int64_t Product::apply(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}
struct Min {
  template <typename W>
  static W apply(W a, W b) {
    return (b < a) | (b != b) ? b : a;
  }
};
struct Max {
  template <typename W>
  static W apply(W a, W b) {
    return (b > a) | (b != b) ? b : a;
  }
};

template <typename T, typename Op>
void reduce(void* out, const void* a, const void* b, size_t count) {
  T* o = static_cast<T*>(out);
  const T* x = static_cast<const T*>(a);
  const T* y = static_cast<const T*>(b);
#pragma GCC ivdep  // the arrays are the same or apart, never shifted
  for (size_t i = 0; i < count; i++) o[i] = Wide<T>::store(Op::apply(Wide<T>::load(x[i]), Wide<T>::load(y[i])));
}

template <typename T>
void divide(void* out, const void* in, size_t count, int divisor) {
  T* o = static_cast<T*>(out);
  const T* x = static_cast<const T*>(in);
  const auto by = static_cast<typename Wide<T>::type>(divisor);
#pragma GCC ivdep
  for (size_t i = 0; i < count; i++) o[i] = Wide<T>::store(Wide<T>::load(x[i]) / by);
}

template <typename T>
Arithmetic forType(Reduction reduction) {
  switch (reduction) {
    case Reduction::kMin:
      return {reduce<T, Min>, divide<T>};
    case Reduction::kMax:
      return {reduce<T, Max>, divide<T>};
    case Reduction::kProduct:
      return {reduce<T, Product>, divide<T>};
    default:
      return {reduce<T, Sum>, divide<T>};
  }
}

}  // namespace

namespace TFD_INSTRUCTION_SET {

Arithmetic arithmetic(TF_DataType type, Reduction reduction) {
  switch (type) {
    case TF_FLOAT:
      return forType<float>(reduction);
    case TF_DOUBLE:
      return forType<double>(reduction);
    case TF_HALF:
      return forType<Half>(reduction);
    case TF_BFLOAT16:
      return forType<BFloat16>(reduction);
    case TF_INT32:
      return forType<int32_t>(reduction);
    case TF_INT64:
      return forType<int64_t>(reduction);
    case TF_BOOL:
      return forType<uint8_t>(reduction);
  }
  return {nullptr, nullptr};
}

}  // namespace TFD_INSTRUCTION_SET
}  // namespace tfd
