#include "local_group.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <string>
#include <system_error>

namespace tfd {
namespace {

constexpr uint64_t kNumBuffers = 5;
constexpr size_t kPageBytes = 4096;

// How often a rank that waits looks whether its peers are alive: all that a loss is noticed late.
constexpr long kCheckEveryMs = 5;

// How often a rank looks for a peer's word before it sleeps: a few microseconds, less than sleeping and waking takes.
constexpr int kNumLooks = 100;

bool isSwitchedOff() {
  const char* const value = std::getenv("TFJS_DISTRIBUTE_SHARED_MEMORY");
  return value != nullptr && std::strcmp(value, "off") == 0;
}

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Sleeps while the word has this value. Returns false after `kCheckEveryMs` without news.
bool sleepOn(const std::atomic<uint32_t>& word, uint32_t value) {
  const timespec limit{0, kCheckEveryMs * 1'000'000};
  if (syscall(SYS_futex, &word, FUTEX_WAIT, value, &limit, nullptr, 0) == 0) return true;
  if (errno == EAGAIN || errno == EINTR) return true;
  if (errno == ETIMEDOUT) return false;
  throw std::system_error(errno, std::generic_category(), "futex");
}

void wakeAll(std::atomic<uint32_t>& word) { syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0); }

}  // namespace

// The first page of a segment.
struct LocalGroup::Header {
  std::atomic<uint32_t> numPublished;  // modulo 2^32
  alignas(64) Exchange announcements[kNumBuffers];
};
static_assert(std::atomic<uint32_t>::is_always_lock_free && sizeof(std::atomic<uint32_t>) == 4, "a futex is a word");

LocalGroup::LocalGroup(int rank, int size, std::function<void()> checkPeers)
    : rank(rank), size(size), checkPeers_(std::move(checkPeers)), segments_(size) {
  static_assert(sizeof(Header) <= kPageBytes, "the header has one page");
  if (isSwitchedOff()) throw std::runtime_error("shared memory is switched off");
  segments_[rank] = std::make_unique<SharedSegment>(kPageBytes + kNumBuffers * kBufferBytes);
}

void LocalGroup::join(const std::vector<SegmentCard>& cards) {
  for (int peer = 0; peer < size; peer++) {
    if (peer == rank) continue;
    segments_[peer] = std::make_unique<SharedSegment>(cards[peer], kPageBytes + kNumBuffers * kBufferBytes);
  }
}

char* LocalGroup::buffer(int ofRank, uint64_t exchange) const {
  return segments_[ofRank]->data() + kPageBytes + exchange % kNumBuffers * kBufferBytes;
}

void LocalGroup::publish(const Exchange& announcement) {
  Header& own = header(rank);
  own.announcements[next_ % kNumBuffers] = announcement;
  own.numPublished.store(static_cast<uint32_t>(++next_), std::memory_order_release);
  wakeAll(own.numPublished);
}

void LocalGroup::await(uint64_t exchange, const Exchange& expected, std::chrono::milliseconds timeout) const {
  for (int peer = 0; peer < size; peer++) {
    if (peer != rank) awaitPeer(peer, exchange, timeout);
  }
  for (int peer = 0; peer < size; peer++) {
    requireAgreement(expected, rank, header(peer).announcements[exchange % kNumBuffers], peer);
  }
}

LocalGroup::Header& LocalGroup::header(int ofRank) const {
  return *reinterpret_cast<Header*>(segments_[ofRank]->data());
}

bool LocalGroup::hasPublished(int peer, uint64_t exchange) const {
  const uint32_t numPublished = header(peer).numPublished.load(std::memory_order_acquire);
  return static_cast<int32_t>(numPublished - static_cast<uint32_t>(exchange)) > 0;
}

void LocalGroup::awaitPeer(int peer, uint64_t exchange, std::chrono::milliseconds timeout) const {
  for (int look = 0; look < kNumLooks; look++) {
    if (hasPublished(peer, exchange)) return;
    relax();
  }
  const auto& word = header(peer).numPublished;
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const uint32_t value = word.load(std::memory_order_acquire);
    if (hasPublished(peer, exchange)) return;
    if (sleepOn(word, value)) continue;
    try {
      checkPeers_();
    } catch (...) {
      if (hasPublished(peer, exchange)) return;  // it published, and then went
      throw;
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      throw std::runtime_error("Timed out waiting " + std::to_string(timeout.count()) + "ms for rank " +
                               std::to_string(peer));
    }
  }
}

}  // namespace tfd
