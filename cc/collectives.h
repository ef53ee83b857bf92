// The collective operations over a mesh. All ranks must call the same ones, in the same order, with equal sizes;
// a rank that does not is noticed by the time-out. They throw when a peer is lost, or when the mesh was aborted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "mesh.h"
#include "reductions.h"

namespace tfd {

// What is exchanged. It names the message on the wire, so that two ranks that disagree about it never mix their data.
struct Exchange {
  TF_DataType type;
  Reduction reduction;
  int32_t tag;
};

// A tensor that a collective reads, and where its result goes; the two are the same memory, or apart.
struct Operand {
  const void* in;
  void* out;
  size_t count;
};

// Reduces `count` elements over all ranks: `out` = the reduction of every rank's `in`. `out` may be `in`.
// A mean is a sum until `finishMean`.
void allReduce(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const void* in, void* out, size_t count);

// `out` = `in`, divided by the number of ranks where the reduction is a mean. `out` may be `in`.
void finishMean(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const void* in, void* out, size_t count);

// Copies rank `root`'s `data` to all ranks, in place.
void broadcast(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, void* data, size_t count, int root);

// `out` (size * count elements) = every rank's `in`, in the order of the ranks.
void allGather(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const void* in, void* out, size_t count);

// `out` (count elements) = this rank's part of the reduction of every rank's `in` (size * count elements).
void reduceScatter(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const void* in, void* out,
                   size_t count);

// Returns when every rank has called it.
void barrier(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange);

}  // namespace tfd
