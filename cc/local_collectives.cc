#include "local_collectives.h"

#include <algorithm>
#include <cstring>

namespace tfd {

// Keeps the rules of LocalGroup: exchange n is read before n + 1 is published, and awaited before n + 1 is written.
template <typename Read>
void LocalCollectives::show(const void* data, size_t numBytes, size_t maxBytes, Read read) {
  group_.check();
  for (size_t at = 0; at == 0 || at < maxBytes; at += LocalGroup::kBufferBytes) {
    const auto lengthOf = [&](size_t all) { return std::min(LocalGroup::kBufferBytes, all - std::min(all, at)); };
    const uint64_t number = group_.next();
    const auto* const piece = static_cast<const char*>(data) + at;
    if (lengthOf(numBytes) > 0) std::memcpy(group_.buffer(group_.rank, number), piece, lengthOf(numBytes));
    group_.publish(exchange_);
    group_.await(number, exchange_, timeout_);
    for (int rank = 0; rank < group_.size; rank++) read(rank, at, group_.buffer(rank, number), lengthOf(maxBytes));
  }
}

void LocalCollectives::broadcast(const std::vector<Operand>& operands) {
  const bool isRoot = group_.rank == exchange_.root;
  for (const auto& operand : operands) {
    const size_t numBytes = operand.count * elementSizeOf(exchange_);
    show(operand.out, isRoot ? numBytes : 0, numBytes, [&](int rank, size_t at, const char* data, size_t length) {
      if (rank == exchange_.root && !isRoot) std::memcpy(static_cast<char*>(operand.out) + at, data, length);
    });
  }
}

void LocalCollectives::allGather(const void* in, void* out, const std::vector<size_t>& counts) {
  const size_t size = elementSizeOf(exchange_);
  const size_t maxBytes = *std::max_element(counts.begin(), counts.end()) * size;
  std::vector<char*> places{static_cast<char*>(out)};
  for (const size_t count : counts) places.push_back(places.back() + count * size);
  show(in, counts[group_.rank] * size, maxBytes, [&](int rank, size_t at, const char* data, size_t) {
    const size_t all = counts[rank] * size;
    if (at < all) std::memcpy(places[rank] + at, data, std::min(LocalGroup::kBufferBytes, all - at));
  });
}

void LocalCollectives::reduceScatter(const void* in, void* out, size_t count) {
  const size_t size = elementSizeOf(exchange_);
  const size_t numBytes = count * size, begin = group_.rank * numBytes;
  const auto reduce = arithmeticOf(exchange_).reduce;
  show(in, numBytes * group_.size, numBytes * group_.size,
       [&](int rank, size_t at, const char* data, size_t length) {
         const size_t from = std::max(at, begin), to = std::min(at + length, begin + numBytes);
         if (from >= to) return;
         char* const target = static_cast<char*>(out) + (from - begin);
         const char* const source = data + (from - at);
         if (rank == 0) {
           std::memcpy(target, source, to - from);
         } else {
           reduce(target, target, source, (to - from) / size);
         }
       });
  if (exchange_.reduction == Reduction::kMean) arithmeticOf(exchange_).divide(out, out, count, group_.size);
}

void LocalCollectives::allToAll(const void* in, void* out, size_t count) {
  const size_t numBytes = count * elementSizeOf(exchange_), begin = group_.rank * numBytes;
  show(in, numBytes * group_.size, numBytes * group_.size,
       [&](int rank, size_t at, const char* data, size_t length) {
         const size_t from = std::max(at, begin), to = std::min(at + length, begin + numBytes);
         if (from >= to) return;
         std::memcpy(static_cast<char*>(out) + rank * numBytes + (from - begin), data + (from - at), to - from);
       });
}

void LocalCollectives::barrier() {
  show(nullptr, 0, 0, [](int, size_t, const char*, size_t) {});
}

}  // namespace tfd
