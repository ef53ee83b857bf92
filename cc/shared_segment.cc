#include "shared_segment.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <system_error>

namespace tfd {
namespace {

constexpr char kLabel[] = "tfjs-distribute";

[[noreturn]] void fail(const char* what, int error = errno) {
  throw std::system_error(error, std::generic_category(), what);
}

int createFile() {
  constexpr unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  constexpr unsigned noExec = 8;  // MFD_NOEXEC_SEAL, since Linux 6.3; some systems insist on it
  int file = memfd_create(kLabel, flags | noExec);
  if (file < 0 && errno == EINVAL) file = memfd_create(kLabel, flags);
  if (file < 0) fail("memfd_create");
  return file;
}

// Whether `path` leads to a segment, and not to a file or device that something happens to when it is opened.
bool isSegment(const std::string& path) {
  const std::string expected = std::string("/memfd:") + kLabel + " ";
  std::string target(expected.size(), '\0');
  const auto length = readlink(path.c_str(), &target[0], target.size());
  return length == static_cast<ssize_t>(expected.size()) && target == expected;
}

class File {
 public:
  explicit File(const std::string& path) : number(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (number < 0) fail("open");
  }
  ~File() { close(number); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  const int number;
};

}  // namespace

SharedSegment::SharedSegment(size_t sizeBytes) : mappedBytes_(kHeaderBytes + sizeBytes), ownFile_(createFile()) {
  try {
    if (getrandom(card_.nonce, sizeof card_.nonce, 0) != sizeof card_.nonce) fail("getrandom");
    const int error = posix_fallocate(ownFile_, 0, static_cast<off_t>(mappedBytes_));
    if (error != 0) fail("posix_fallocate", error);
    // A file that nobody can shorten cannot make a reader of it crash.
    if (fcntl(ownFile_, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) fail("fcntl");
    map(ownFile_, PROT_READ | PROT_WRITE);
  } catch (...) {
    withdraw();
    throw;
  }
  std::memcpy(memory_, card_.nonce, sizeof card_.nonce);
  card_.process = getpid();
  card_.fileDescriptor = ownFile_;
}

SharedSegment::SharedSegment(const SegmentCard& card, size_t sizeBytes)
    : card_(card), mappedBytes_(kHeaderBytes + sizeBytes) {
  const auto path = "/proc/" + std::to_string(card.process) + "/fd/" + std::to_string(card.fileDescriptor);
  if (!isSegment(path)) throw std::runtime_error("there is no segment");
  const File file(path);
  struct stat status;
  if (fstat(file.number, &status) != 0) fail("fstat");
  if (status.st_size != static_cast<off_t>(mappedBytes_)) throw std::runtime_error("the segment has another size");
  if ((fcntl(file.number, F_GET_SEALS) & F_SEAL_SHRINK) == 0) throw std::runtime_error("the segment may shrink");
  map(file.number, PROT_READ);
  if (std::memcmp(memory_, card.nonce, sizeof card.nonce) != 0) {
    munmap(memory_, mappedBytes_);
    throw std::runtime_error("the segment is another one");
  }
}

SharedSegment::~SharedSegment() {
  withdraw();
  munmap(memory_, mappedBytes_);
}

void SharedSegment::withdraw() {
  if (ownFile_ >= 0) close(ownFile_);
  ownFile_ = -1;
}

void SharedSegment::map(int fileDescriptor, int protection) {
  // The page tables are filled now, and not page by page in the first collectives.
  memory_ = mmap(nullptr, mappedBytes_, protection, MAP_SHARED | MAP_POPULATE, fileDescriptor, 0);
  if (memory_ == MAP_FAILED) fail("mmap");
}

}  // namespace tfd
