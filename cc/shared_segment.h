// A block of memory that one process writes and others on its machine read.
//
// It has no name in a file system: the others open it through the process that made it (/proc/<process>/fd/<number>),
// and the kernel frees it with the last process that maps it. So nothing stays behind, however the processes end, and
// the size of /dev/shm, 64 MB in many containers, does not matter.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tfd {

// What another process needs to find a segment, and to know that it is the right one: on another machine the same
// numbers lead to nothing, or to a segment with another nonce.
struct SegmentCard {
  int32_t process = 0;  // 0 where there is no segment
  int32_t fileDescriptor = 0;
  uint64_t nonce[2] = {0, 0};
};

class SharedSegment {
 public:
  // A new segment, all zero. Its pages are reserved: where memory runs out, that is an error here and no signal later.
  // Throws std::system_error.
  explicit SharedSegment(size_t sizeBytes);

  // The segment of another process, to read. Throws std::runtime_error where it cannot be opened, is another one, or
  // is not `sizeBytes` long.
  SharedSegment(const SegmentCard& card, size_t sizeBytes);

  ~SharedSegment();
  SharedSegment(const SharedSegment&) = delete;
  SharedSegment& operator=(const SharedSegment&) = delete;

  // From now on nobody can open this segment; who has it keeps it.
  void withdraw();

  const SegmentCard& card() const { return card_; }
  char* data() const { return static_cast<char*>(memory_) + kHeaderBytes; }

 private:
  static constexpr size_t kHeaderBytes = 64;  // holds the nonce

  void map(int fileDescriptor, int protection);

  SegmentCard card_;
  const size_t mappedBytes_;
  void* memory_ = nullptr;
  int ownFile_ = -1;
};

}  // namespace tfd
