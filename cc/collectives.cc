#include "collectives.h"

#include <gloo/allgather.h>
#include <gloo/allreduce.h>
#include <gloo/alltoall.h>
#include <gloo/barrier.h>
#include <gloo/broadcast.h>
#include <gloo/transport/unbound_buffer.h>
#include <gloo/types.h>

#include <cstring>
#include <vector>

namespace tfd {
namespace {

enum Kind : uint32_t { kAllReduce = 1, kBroadcast, kAllGather, kReduceScatter, kBarrier };

// The tag under which Gloo exchanges messages: 32 bits of everything that the ranks must agree about. Gloo ends the
// process when a message is larger than the buffer that waits for it; with the size in the tag, ranks that disagree
// wait for each other instead, until the time-out.
uint32_t wireTag(Kind kind, const Exchange& exchange, size_t count) {
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a over words, folded
  for (const uint64_t word : {uint64_t{kind}, uint64_t(exchange.type), uint64_t(exchange.reduction),
                              uint64_t(uint32_t(exchange.tag)), uint64_t{count}}) {
    hash = (hash ^ word) * 0x100000001b3;
    hash ^= hash >> 29;
  }
  return static_cast<uint32_t>(hash ^ (hash >> 32));
}

// Reduces the parts, `count` elements of each rank, into the first one: in the order of the ranks, so that wherever it
// is done the rounding is the same.
void reduceParts(const Exchange& exchange, std::vector<char>& parts, size_t count) {
  const size_t bytes = count * elementSize(exchange.type);
  const auto reduce = arithmetic(exchange.type, exchange.reduction).reduce;
  for (size_t part = bytes; part < parts.size(); part += bytes) {
    reduce(parts.data(), parts.data(), parts.data() + part, count);
  }
}

// Up to this many bytes in all, every rank sends everything to every other one: one step instead of the ring's many.
constexpr size_t kMaxDirectBytes = 64 * 1024;

void allReduceDirect(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const void* in, void* out,
                     size_t count) {
  const size_t bytes = count * elementSize(exchange.type);
  std::vector<char> parts(bytes * mesh->size);
  std::memcpy(parts.data() + mesh->rank * bytes, in, bytes);
  const auto buffer = mesh->createUnboundBuffer(parts.data(), parts.size());
  const auto slot = gloo::Slot::build(gloo::kAllreduceSlotPrefix, wireTag(kAllReduce, exchange, count));
  for (int peer = 0; peer < mesh->size; peer++) {
    if (peer == mesh->rank) continue;
    buffer->recv(peer, slot, peer * bytes, bytes);
    buffer->send(peer, slot, mesh->rank * bytes, bytes);
  }
  for (int i = 1; i < mesh->size; i++) {
    buffer->waitRecv(mesh->getTimeout());
    buffer->waitSend(mesh->getTimeout());
  }
  reduceParts(exchange, parts, count);
  std::memcpy(out, parts.data(), bytes);
}

}  // namespace

void allReduce(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const void* in, void* out, size_t count) {
  if (count == 0) return;
  const size_t size = elementSize(exchange.type);
  if (count * size * mesh->size <= kMaxDirectBytes) return allReduceDirect(mesh, exchange, in, out, count);
  // Gloo reads the size of an element from the type of the pointer; the reduction knows the real type.
  const auto run = [&](auto* typedOut, auto* typedIn) {
    gloo::AllreduceOptions options(mesh);
    if (typedIn != typedOut) options.setInput(typedIn, count);
    options.setOutput(typedOut, count);
    options.setReduceFunction(arithmetic(exchange.type, exchange.reduction).reduce);
    options.setTag(wireTag(kAllReduce, exchange, count));
    gloo::allreduce(options);
  };
  auto* source = const_cast<void*>(in);
  if (size == 2) run(static_cast<uint16_t*>(out), static_cast<uint16_t*>(source));
  if (size == 4) run(static_cast<uint32_t*>(out), static_cast<uint32_t*>(source));
  if (size == 8) run(static_cast<uint64_t*>(out), static_cast<uint64_t*>(source));
}

void finishMean(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const void* in, void* out, size_t count) {
  if (exchange.reduction == Reduction::kMean && mesh->size > 1) {
    arithmetic(exchange.type, exchange.reduction).divide(out, in, count, mesh->size);
  } else if (in != out) {
    std::memcpy(out, in, count * elementSize(exchange.type));
  }
}

void broadcast(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, void* data, size_t count, int root) {
  if (count == 0) return;
  gloo::BroadcastOptions options(mesh);
  options.setOutput(static_cast<char*>(data), count * elementSize(exchange.type));
  options.setRoot(root);
  options.setTag(wireTag(kBroadcast, exchange, count));
  gloo::broadcast(options);
}

void allGather(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const void* in, void* out, size_t count) {
  if (count == 0) return;
  const size_t bytes = count * elementSize(exchange.type);
  gloo::AllgatherOptions options(mesh);
  options.setInput(static_cast<char*>(const_cast<void*>(in)), bytes);
  options.setOutput(static_cast<char*>(out), bytes * mesh->size);
  options.setTag(wireTag(kAllGather, exchange, count));
  gloo::allgather(options);
}

void reduceScatter(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange, const void* in, void* out,
                   size_t count) {
  if (count == 0) return;
  const size_t bytes = count * elementSize(exchange.type);
  // Every rank sends each other rank its part and reduces what it receives, in the order of the ranks: as many bytes
  // as a ring, in one step.
  std::vector<char> parts(bytes * mesh->size);
  gloo::AlltoallOptions options(mesh);
  options.setInput(static_cast<char*>(const_cast<void*>(in)), bytes * mesh->size);
  options.setOutput(parts.data(), bytes * mesh->size);
  options.setTag(wireTag(kReduceScatter, exchange, count));
  gloo::alltoall(options);
  reduceParts(exchange, parts, count);
  finishMean(mesh, exchange, parts.data(), out, count);
}

void barrier(const std::shared_ptr<Mesh>& mesh, const Exchange& exchange) {
  gloo::BarrierOptions options(mesh);
  options.setTag(wireTag(kBarrier, exchange, 0));
  gloo::barrier(options);
}

}  // namespace tfd
