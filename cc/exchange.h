// What the ranks are about to exchange, in a form that they compare before any data moves.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "reductions.h"

namespace tfd {

enum class Kind : int32_t { kAllReduce, kBroadcast, kAllGather, kReduceScatter, kAllToAll, kBarrier };

// Equal on all ranks, bit by bit; so it has no padding.
struct Exchange {
  Kind kind = Kind::kBarrier;
  int32_t type = TF_FLOAT;
  Reduction reduction = Reduction::kSum;
  int32_t tag = 0;
  int32_t root = 0;
  int32_t numTensors = 0;
  uint64_t numBytes = 0;
  uint64_t shapes = 0;  // a hash
  int32_t numDims = 0;
  int32_t dims[5] = {};  // those of the first tensor, for the message

  // Adds a tensor that takes part.
  void add(const std::vector<int64_t>& dimensions);

  // Adds numbers that the ranks must agree about.
  void note(const std::vector<int64_t>& numbers);

  // 32 bits of it all.
  uint32_t hash() const;

  bool operator==(const Exchange& other) const;
};
static_assert(sizeof(Exchange) == 64, "an exchange has no padding");

// The ranks called different collectives, or with different shapes: a mistake of the program on all of them.
class Disagreement : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Throws Disagreement, with both sides in the message, unless rank `peer` wants the same as rank `rank`.
void requireAgreement(const Exchange& own, int rank, const Exchange& other, int peer);

}  // namespace tfd
