// Processes of one machine that read each other's memory: what carries the collectives between them.
//
// Each rank has one segment, which it alone writes: a word that counts what it has published, and some announcements
// and buffers. An exchange is: write into a buffer, publish, wait until all others have published as many. Exchanges
// are numbered, and exchange n has announcement and buffer n % 5. That is safe without locks where every rank keeps two
// rules, for which the code that exchanges is responsible:
//
//   1. It publishes exchange n + 3 only after it has read all that it wants of the others' exchange n.
//   2. It writes for exchange n + 5 only after it has awaited exchange n + 3.
//
// By 2, whoever overwrites buffer n % 5 knows that all have published n + 3; by 1, none of them reads it any more.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "exchange.h"
#include "shared_segment.h"

namespace tfd {

class LocalGroup {
 public:
  static constexpr size_t kBufferBytes = 128 * 1024;

  // Makes the segment of this rank. `checkPeers` throws when a peer is lost or the communicator was aborted.
  // Throws where there is no shared memory, or TFJS_DISTRIBUTE_SHARED_MEMORY is "off".
  LocalGroup(int rank, int size, std::function<void()> checkPeers);

  // Opens the segments of the others; `cards` in the order of the ranks. Throws where one of them cannot be opened.
  void join(const std::vector<SegmentCard>& cards);

  // To be called when all ranks have joined: nobody else can.
  void withdraw() { segments_[rank]->withdraw(); }

  const SegmentCard& card() const { return segments_[rank]->card(); }

  // Throws where a peer is lost or the communicator was aborted, though what is awaited may have been published before.
  void check() const { checkPeers_(); }

  // The buffer of a rank for an exchange. Only the own one may be written.
  char* buffer(int ofRank, uint64_t exchange) const;

  // The number of the exchange that `publish` publishes next.
  uint64_t next() const { return next_; }

  // Tells the others that the next exchange is written.
  void publish(const Exchange& announcement);

  // Returns when all others have published this exchange. Throws Disagreement where one of them announced something
  // else, which all know then; and something else where one is lost (noticed within milliseconds), or did not come for
  // `timeout`.
  void await(uint64_t exchange, const Exchange& expected, std::chrono::milliseconds timeout) const;

  const int rank;
  const int size;

 private:
  struct Header;

  Header& header(int ofRank) const;
  bool hasPublished(int peer, uint64_t exchange) const;
  void awaitPeer(int peer, uint64_t exchange, std::chrono::milliseconds timeout) const;

  const std::function<void()> checkPeers_;
  std::vector<std::unique_ptr<SharedSegment>> segments_;
  uint64_t next_ = 0;
};

}  // namespace tfd
