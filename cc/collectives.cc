#include "collectives.h"

#include <gloo/allgatherv.h>
#include <gloo/allreduce.h>
#include <gloo/alltoall.h>
#include <gloo/broadcast.h>
#include <gloo/types.h>

#include <cstring>
#include <memory>
#include <numeric>
#include <vector>

namespace tfd {
namespace {

// Up to this many bytes in all, every rank sends everything to every other one: one step instead of the ring's many.
constexpr size_t kMaxDirectBytes = 64 * 1024;

// What every rank sends to every other one before any data moves: the exchange that it is about to do, so that ranks
// that disagree learn it, and what is small enough to come along.
class Opening {
 public:
  // Returns when the peers have come, too. Throws Disagreement where one of them came for something else; all ranks
  // know by then, and none of them has data on the way.
  Opening(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const void* data = nullptr, size_t numBytes = 0)
      : stride_(sizeof(Exchange) + kMaxDirectBytes / mesh->size), memory_(new char[stride_ * mesh->size]) {
    std::memcpy(message(mesh->rank), &exchange, sizeof exchange);
    if (numBytes > 0) std::memcpy(part(mesh->rank), data, numBytes);
    const auto buffer = mesh->createUnboundBuffer(memory_.get(), stride_ * mesh->size);
    const auto slot = gloo::Slot::build(gloo::kBarrierSlotPrefix, mesh->nextOpening());
    for (int peer = 0; peer < mesh->size; peer++) {
      if (peer == mesh->rank) continue;
      // A message may be shorter than what is waited for.
      buffer->recv(peer, slot, peer * stride_, stride_);
      buffer->send(peer, slot, mesh->rank * stride_, sizeof exchange + numBytes);
    }
    for (int i = 1; i < mesh->size; i++) {
      buffer->waitRecv(mesh->getTimeout());
      buffer->waitSend(mesh->getTimeout());
    }
    for (int peer = 0; peer < mesh->size; peer++) {
      Exchange other;
      std::memcpy(&other, message(peer), sizeof other);
      requireAgreement(exchange, mesh->rank, other, peer);
    }
  }

  // What came along from a rank.
  char* part(int rank) { return message(rank) + sizeof(Exchange); }

 private:
  char* message(int rank) { return memory_.get() + rank * stride_; }

  const size_t stride_;
  const std::unique_ptr<char[]> memory_;
};

// Reduces the part of each rank into that of the first one: in the order of the ranks, so that wherever it is done the
// rounding is the same.
template <typename PartOf>
void reduceParts(const Exchange& exchange, int size, size_t count, PartOf partOf) {
  const auto reduce = arithmeticOf(exchange).reduce;
  for (int rank = 1; rank < size; rank++) reduce(partOf(0), partOf(0), partOf(rank), count);
}

}  // namespace

void allReduce(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const void* in, void* out, size_t count) {
  const size_t size = elementSizeOf(exchange);
  const size_t numBytes = count * size;
  if (numBytes * mesh->size <= kMaxDirectBytes) {
    Opening opening(mesh, exchange, in, numBytes);
    reduceParts(exchange, mesh->size, count, [&](int rank) { return opening.part(rank); });
    if (count > 0) std::memcpy(out, opening.part(0), numBytes);
    return;
  }
  Opening(mesh, exchange);
  // Gloo reads the size of an element from the type of the pointer; the reduction knows the real type.
  const auto run = [&](auto* typedOut, auto* typedIn) {
    gloo::AllreduceOptions options(mesh);
    if (typedIn != typedOut) options.setInput(typedIn, count);
    options.setOutput(typedOut, count);
    options.setReduceFunction(arithmeticOf(exchange).reduce);
    options.setTag(exchange.hash());
    gloo::allreduce(options);
  };
  auto* source = const_cast<void*>(in);
  if (size == 1) run(static_cast<uint8_t*>(out), static_cast<uint8_t*>(source));
  if (size == 2) run(static_cast<uint16_t*>(out), static_cast<uint16_t*>(source));
  if (size == 4) run(static_cast<uint32_t*>(out), static_cast<uint32_t*>(source));
  if (size == 8) run(static_cast<uint64_t*>(out), static_cast<uint64_t*>(source));
}

void finishMean(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const void* in, void* out, size_t count) {
  if (exchange.reduction == Reduction::kMean && mesh->size > 1) {
    arithmeticOf(exchange).divide(out, in, count, mesh->size);
  } else if (in != out) {
    std::memcpy(out, in, count * elementSizeOf(exchange));
  }
}

void broadcast(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const std::vector<Operand>& operands) {
  Opening(mesh, exchange);
  for (const auto& operand : operands) {
    if (operand.count == 0) continue;
    gloo::BroadcastOptions options(mesh);
    options.setOutput(static_cast<char*>(operand.out), operand.count * elementSizeOf(exchange));
    options.setRoot(exchange.root);
    options.setTag(exchange.hash());
    gloo::broadcast(options);
  }
}

void allGather(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const void* in, void* out,
               const std::vector<size_t>& counts) {
  Opening(mesh, exchange);
  const size_t size = elementSizeOf(exchange);
  std::vector<size_t> sizes;
  for (const size_t count : counts) sizes.push_back(count * size);
  gloo::AllgathervOptions options(mesh);
  options.setInput(static_cast<char*>(const_cast<void*>(in)), sizes[mesh->rank]);
  options.setOutput(static_cast<char*>(out), sizes);
  options.setTag(exchange.hash());
  gloo::allgatherv(options);
}

void reduceScatter(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const void* in, void* out,
                   size_t count) {
  // Every rank sends each other rank its part and reduces what it receives, in the order of the ranks: as many bytes
  // as a ring, in one step.
  const size_t numBytes = count * elementSizeOf(exchange);
  const std::unique_ptr<char[]> parts(new char[numBytes * mesh->size]);
  allToAll(mesh, exchange, in, parts.get(), count);
  reduceParts(exchange, mesh->size, count, [&](int rank) { return parts.get() + rank * numBytes; });
  finishMean(mesh, exchange, parts.get(), out, count);
}

void allToAll(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const void* in, void* out, size_t count) {
  Opening(mesh, exchange);
  if (count == 0) return;
  const size_t numBytes = count * elementSizeOf(exchange) * mesh->size;
  gloo::AlltoallOptions options(mesh);
  options.setInput(static_cast<char*>(const_cast<void*>(in)), numBytes);
  options.setOutput(static_cast<char*>(out), numBytes);
  options.setTag(exchange.hash());
  gloo::alltoall(options);
}

void barrier(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange) { Opening(mesh, exchange); }

}  // namespace tfd
