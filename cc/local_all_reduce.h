// The all-reduce between processes of one machine, through their shared memory.
#pragma once

#include <chrono>
#include <vector>

#include "collectives.h"
#include "local_group.h"

namespace tfd {

// Reduces the operands over all ranks of the group; a mean is divided. The operands lie as they are, one after the
// other, in the memory of the exchange, so they may have different sizes; their sum must be equal on all ranks.
// Everything is reduced in the order of the ranks, and each element by one rank or by all in the same way: all ranks
// get the same bits. Throws as `LocalGroup::await`.
void allReduce(LocalGroup& group, const Exchange& exchange, const std::vector<Operand>& operands,
               std::chrono::milliseconds timeout);

}  // namespace tfd
