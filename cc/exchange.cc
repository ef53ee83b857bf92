#include "exchange.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace tfd {
namespace {

uint64_t mix(uint64_t hash, uint64_t word) {  // FNV-1a over words, folded
  hash = (hash ^ word) * 0x100000001b3;
  return hash ^ (hash >> 29);
}

std::string typeName(int32_t type) {
  switch (type) {
    case TF_FLOAT:
      return "float32";
    case TF_DOUBLE:
      return "float64";
    case TF_INT32:
      return "int32";
    case TF_INT64:
      return "int64";
    case TF_BOOL:
      return "bool";
    case TF_BFLOAT16:
      return "bfloat16";
    case TF_HALF:
      return "float16";
  }
  return "dtype " + std::to_string(type);
}

std::string describeShapes(const Exchange& exchange) {
  constexpr int numNoted = std::size(Exchange().dims);
  std::string text = "[";
  for (int i = 0; i < std::min(exchange.numDims, numNoted); i++) {
    text += (i == 0 ? "" : ", ") + std::to_string(exchange.dims[i]);
  }
  text += exchange.numDims > numNoted ? ", ...]" : "]";
  if (exchange.numTensors == 1) return text;
  return std::to_string(exchange.numTensors) + " tensors, the first of shape " + text + ", " +
         std::to_string(exchange.numBytes) + " bytes in all";
}

std::string describe(const Exchange& exchange) {
  static const char* const kinds[] = {"all-reduce", "broadcast", "all-gather", "reduce-scatter", "all-to-all", "barrier"};
  static const char* const reductions[] = {"sum", "mean", "min", "max", "product"};
  std::string text = kinds[static_cast<int>(exchange.kind) % 6];
  if (exchange.kind == Kind::kAllReduce || exchange.kind == Kind::kReduceScatter) {
    text += std::string(" (") + reductions[static_cast<int>(exchange.reduction) % 5] + ")";
  }
  if (exchange.kind == Kind::kBroadcast) text += " from rank " + std::to_string(exchange.root);
  if (exchange.numTensors > 0) text += " of " + typeName(exchange.type) + " " + describeShapes(exchange);
  if (exchange.tag != 0) text += " with tag " + std::to_string(exchange.tag);
  return text;
}

}  // namespace

void Exchange::add(const std::vector<int64_t>& dimensions) {
  note(dimensions);
  uint64_t numElements = 1;
  for (const int64_t dim : dimensions) numElements *= dim;
  numBytes += numElements * elementSize(static_cast<TF_DataType>(type));
  if (numTensors++ > 0) return;
  numDims = static_cast<int32_t>(dimensions.size());
  std::copy_n(dimensions.begin(), std::min(dimensions.size(), std::size(dims)), dims);
}

void Exchange::note(const std::vector<int64_t>& numbers) {
  shapes = mix(shapes, numbers.size());
  for (const int64_t number : numbers) shapes = mix(shapes, number);
}

uint32_t Exchange::hash() const {
  uint64_t words[sizeof(Exchange) / sizeof(uint64_t)];
  std::memcpy(words, this, sizeof words);
  uint64_t hash = 0xcbf29ce484222325;
  for (const uint64_t word : words) hash = mix(hash, word);
  return static_cast<uint32_t>(hash ^ (hash >> 32));
}

bool Exchange::operator==(const Exchange& other) const { return std::memcmp(this, &other, sizeof other) == 0; }

void requireAgreement(const Exchange& own, int rank, const Exchange& other, int peer) {
  if (own == other) return;
  throw Disagreement("The ranks disagree: rank " + std::to_string(peer) + " calls " + describe(other) + ", and rank " +
                     std::to_string(rank) + " calls " + describe(own));
}

}  // namespace tfd
