// A communicator: a mesh, the memory that its ranks share where they are on one machine, and the one thread that runs
// its collectives, one after the other.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "local_group.h"
#include "mesh.h"

namespace tfd {

// A peer is lost, or the communicator was aborted or freed: none of its collectives can succeed any more.
class Unavailable : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct CommunicatorOptions {
  int rank;
  int size;
  std::string address;
  std::chrono::milliseconds connectTimeout;
  std::chrono::milliseconds collectiveTimeout;
};

struct CommunicatorStats {
  std::atomic<int64_t> numCollectives{0};
  std::atomic<int64_t> numBytes{0};
  std::atomic<int64_t> nanoseconds{0};
  std::atomic<int64_t> sharesMemory{0};  // 1 where collectives go through shared memory
};

class Communicator {
 public:
  // Runs on the communicator's thread; throws when the collective fails.
  using Work = std::function<void(Communicator&)>;
  // Called once, with the reason if the collective failed: Unavailable or Disagreement.
  using Finished = std::function<void(const std::exception* failure)>;

  explicit Communicator(const CommunicatorOptions& options);
  ~Communicator();

  const std::shared_ptr<Mesh>& mesh() const { return mesh_; }

  // For the collectives: the memory that all ranks share, or null where they do not.
  LocalGroup* localGroup() const { return localGroup_.get(); }

  // What the others need to reach this rank; equally long on all ranks.
  const std::vector<char>& addresses() const { return addresses_; }

  // Shares no memory with the others, and so none of them with any. To be called before `addresses`.
  void withholdMemory();

  // Blocks until all ranks are connected; starts the thread. `all` holds `addresses()` of all ranks, in their order.
  void connect(const std::vector<char>& all);

  // Queues a collective over `numBytes` bytes. Throws Unavailable after a failure or an abort.
  void post(Work work, Finished finished, int64_t numBytes);

  // Makes all pending and future collectives fail with `reason`. The first reason stays.
  void abort(const std::string& reason);

  // Memory that lives as long as the communicator, for the collective that runs on its thread.
  char* scratch(size_t sizeBytes);

  const CommunicatorStats& stats() const { return stats_; }

 private:
  struct Entry {
    Work work;
    Finished finished;
    int64_t numBytes;
  };

  void composeAddresses();
  void connectMesh(const std::vector<char>& all);
  void joinLocalGroup(const std::vector<char>& all);
  void run();
  void execute(Entry& entry);
  std::string failure();
  // The sentence for the user: which communicator failed, and why.
  std::string describe(const std::string& reason) const;

  const CommunicatorOptions options_;
  const std::shared_ptr<Mesh> mesh_;
  std::unique_ptr<LocalGroup> localGroup_;
  std::vector<char> addresses_;
  CommunicatorStats stats_;
  std::vector<char> scratch_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Entry> queue_;
  std::string failure_;  // not empty once the communicator is of no use
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tfd
