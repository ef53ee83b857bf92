// The collective operations over a mesh. All ranks must call the same ones, in the same order, with equal shapes; ranks
// that do not throw Disagreement, all of them. They throw something else when a peer is lost or does not come in time,
// or when the mesh was aborted.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "exchange.h"
#include "mesh.h"
#include "reductions.h"

namespace tfd {

// A tensor that a collective reads, and where its result goes; the two are the same memory, or apart.
struct Operand {
  const void* in;
  void* out;
  size_t count;
};

inline size_t elementSizeOf(const Exchange& exchange) { return elementSize(static_cast<TF_DataType>(exchange.type)); }
inline Arithmetic arithmeticOf(const Exchange& exchange) {
  return arithmetic(static_cast<TF_DataType>(exchange.type), exchange.reduction);
}

// Reduces `count` elements over all ranks: `out` = the reduction of every rank's `in`. `out` may be `in`.
// A mean is a sum until `finishMean`.
void allReduce(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const void* in, void* out, size_t count);

// `out` = `in`, divided by the number of ranks where the reduction is a mean. `out` may be `in`.
void finishMean(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const void* in, void* out, size_t count);

// Copies the root's `out` to all ranks. `in` is not read.
void broadcast(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const std::vector<Operand>& operands);

// `out` = every rank's `in`, in the order of the ranks; `counts` says how many elements each rank has.
void allGather(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const void* in, void* out,
               const std::vector<size_t>& counts);

// `out` (count elements) = this rank's part of the reduction of every rank's `in` (size * count elements).
void reduceScatter(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const void* in, void* out,
                   size_t count);

// Part r of `out` (size * count elements) = this rank's part of rank r's `in` (likewise).
void allToAll(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const void* in, void* out, size_t count);

// Returns when every rank has called it.
void barrier(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange);

}  // namespace tfd
