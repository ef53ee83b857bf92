#include "local_all_reduce.h"

#include <algorithm>
#include <cstring>

namespace tfd {
namespace {

// What is worked on at a time: with all that is read for it, it stays in the cache closest to the core.
constexpr size_t kBlockBytes = 16 * 1024;

// Up to this many bytes of all ranks together, each rank reduces everything itself: one exchange instead of two.
constexpr size_t kMaxDirectBytes = 256 * 1024;

// Bytes of the operands in a row, without the one at `end`.
struct Range {
  size_t begin;
  size_t end;
};

// The part of a chunk that one rank reduces for all. Parts begin at a multiple of a cache line.
Range partOf(const Range& chunk, int rank, int size) {
  constexpr size_t line = 64;
  const size_t length = chunk.end - chunk.begin;
  const size_t part = ((length + size - 1) / size + line - 1) / line * line;
  return {chunk.begin + std::min(length, part * rank), chunk.begin + std::min(length, part * (rank + 1))};
}

class LocalAllReduce {
 public:
  LocalAllReduce(LocalGroup& group, const Exchange& exchange, const std::vector<Operand>& operands,
                 std::chrono::milliseconds timeout)
      : group_(group),
        operands_(operands),
        timeout_(timeout),
        elementBytes_(elementSizeOf(exchange)),
        divisor_(exchange.reduction == Reduction::kMean ? group.size : 1),
        arithmetic_(arithmeticOf(exchange)),
        first_(group.next()),
        announcement_(exchange) {
    for (const auto& operand : operands) numBytes_ += operand.count * elementBytes_;
  }

  void run() {
    group_.check();
    if (numBytes_ <= std::min(LocalGroup::kBufferBytes, kMaxDirectBytes / group_.size)) return runAtOnce();
    runInChunks();
  }

 private:
  // One exchange: every rank reads all that the others wrote.
  void runAtOnce() {
    const Range all{0, numBytes_};
    copyIn(0, all);
    group_.publish(announcement_);
    await(0);
    forEachBlock(all, [&](const char*, char* out, size_t offset, size_t numBytes) {
      reduceBlock(out, numBytes, [&](int rank) { return buffer(rank, 0) + offset; });
    });
  }

  // A reduce-scatter and an all-gather. Each chunk is divided among the ranks: a rank reduces its part for all. The
  // result goes into the rank's own buffer, to the place of its own part, which nobody reads otherwise. Exchange k
  // publishes the values of chunk k and the results of chunk k - 1; so one exchange a step does for both, and there is
  // work to do before each wait. Chunk k passes through three steps:
  //
  //   step k:      what the others reduce is copied in; k is published
  //   step k + 1:  k is awaited, the own part is reduced; k + 1 is published
  //   step k + 2:  k + 1 is awaited; k + 2 is published; what the others reduced is copied out
  //
  // The rules of LocalGroup are kept: chunk k is read for the last time at the end of step k + 2, before k + 3 is
  // published; chunk k + 5 is copied in at the start of step k + 5, and step k + 4 has awaited k + 3.
  void runInChunks() {
    const size_t numChunks = (numBytes_ + LocalGroup::kBufferBytes - 1) / LocalGroup::kBufferBytes;
    for (size_t step = 0; step <= numChunks + 1; step++) {
      if (step < numChunks) copyInForOthers(step);
      if (step >= 1) await(step - 1);
      if (step >= 1 && step <= numChunks) reduceOwnPart(step - 1);
      if (step <= numChunks) group_.publish(announcement_);
      if (step >= 2) copyOutFromOthers(step - 2);
    }
  }

  void copyInForOthers(size_t chunk) {
    for (int rank = 0; rank < group_.size; rank++) {
      if (rank != group_.rank) copyIn(chunk, partOf(rangeOf(chunk), rank, group_.size));
    }
  }

  void reduceOwnPart(size_t chunk) {
    const auto part = partOf(rangeOf(chunk), group_.rank, group_.size);
    forEachBlock(part, [&](const char* in, char* out, size_t at, size_t numBytes) {
      const size_t offset = at - rangeOf(chunk).begin;
      char* const result = buffer(group_.rank, chunk) + offset;
      reduceBlock(result, numBytes, [&](int rank) { return rank == group_.rank ? in : buffer(rank, chunk) + offset; });
      std::memcpy(out, result, numBytes);
    });
  }

  void copyOutFromOthers(size_t chunk) {
    for (int rank = 0; rank < group_.size; rank++) {
      if (rank == group_.rank) continue;
      const auto part = partOf(rangeOf(chunk), rank, group_.size);
      forEachBlock(part, [&](const char*, char* out, size_t at, size_t numBytes) {
        std::memcpy(out, buffer(rank, chunk) + (at - rangeOf(chunk).begin), numBytes);
      });
    }
  }

  void copyIn(size_t chunk, const Range& range) {
    forEachBlock(range, [&](const char* in, char*, size_t at, size_t numBytes) {
      std::memcpy(buffer(group_.rank, chunk) + (at - rangeOf(chunk).begin), in, numBytes);
    });
  }

  // `out` = the reduction of `source(rank)` over all ranks, in their order. `out` may be any source but those after
  // the second.
  template <typename Source>
  void reduceBlock(char* out, size_t numBytes, Source source) {
    const size_t count = numBytes / elementBytes_;
    arithmetic_.reduce(out, source(0), source(1), count);
    for (int rank = 2; rank < group_.size; rank++) arithmetic_.reduce(out, out, source(rank), count);
    if (divisor_ > 1) arithmetic_.divide(out, out, count, divisor_);
  }

  // Calls `work(in, out, at, numBytes)` for the pieces of operands that make up the range, `at` counted like it.
  template <typename Work>
  void forEachBlock(const Range& range, Work work) {
    size_t start = 0;
    for (const auto& operand : operands_) {
      const size_t end = start + operand.count * elementBytes_;
      const size_t stop = std::min(end, range.end);
      for (size_t at = std::max(start, range.begin); at < stop; at += kBlockBytes) {
        const size_t offset = at - start;
        work(static_cast<const char*>(operand.in) + offset, static_cast<char*>(operand.out) + offset, at,
             std::min(kBlockBytes, stop - at));
      }
      start = end;
    }
  }

  Range rangeOf(size_t chunk) const {
    const size_t begin = chunk * LocalGroup::kBufferBytes;
    return {begin, std::min(numBytes_, begin + LocalGroup::kBufferBytes)};
  }

  char* buffer(int rank, size_t chunk) const { return group_.buffer(rank, first_ + chunk); }

  void await(size_t exchange) const { group_.await(first_ + exchange, announcement_, timeout_); }

  LocalGroup& group_;
  const std::vector<Operand>& operands_;
  const std::chrono::milliseconds timeout_;
  const size_t elementBytes_;
  const int divisor_;
  const Arithmetic arithmetic_;
  const uint64_t first_;  // the exchange of chunk 0
  const Exchange announcement_;
  size_t numBytes_ = 0;
};

}  // namespace

void allReduce(LocalGroup& group, const Exchange& exchange, const std::vector<Operand>& operands,
               std::chrono::milliseconds timeout) {
  LocalAllReduce(group, exchange, operands, timeout).run();
}

}  // namespace tfd
