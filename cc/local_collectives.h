// The collectives other than all-reduce between processes of one machine, through their shared memory. What they do, and
// what they throw, is in collectives.h.
#pragma once

#include <chrono>
#include <vector>

#include "collectives.h"
#include "local_group.h"

namespace tfd {

class LocalCollectives {
 public:
  LocalCollectives(LocalGroup& group, const Exchange& exchange, std::chrono::milliseconds timeout)
      : group_(group), exchange_(exchange), timeout_(timeout) {}

  void broadcast(const std::vector<Operand>& operands);
  void allGather(const void* in, void* out, const std::vector<size_t>& counts);
  void reduceScatter(const void* in, void* out, size_t count);
  void allToAll(const void* in, void* out, size_t count);
  void barrier();

 private:
  // Shows `numBytes` of this rank to all others, a buffer at a time, and calls `read(rank, at, data, length)` for each
  // piece of what every rank shows, its own included, in the order of the ranks. No rank shows more than `maxBytes`.
  template <typename Read>
  void show(const void* data, size_t numBytes, size_t maxBytes, Read read);

  LocalGroup& group_;
  const Exchange exchange_;
  const std::chrono::milliseconds timeout_;
};

}  // namespace tfd
