#include "communicator.h"

#include <chrono>

namespace tfd {
namespace {

// Gloo begins its messages with the place in its source: "[/path/pair.cc:598] Connection closed by peer ...".
std::string withoutSourcePlace(const std::string& message) {
  const auto end = message.find("] ");
  return message.compare(0, 2, "[/") == 0 && end != std::string::npos ? message.substr(end + 2) : message;
}

}  // namespace

Communicator::Communicator(const CommunicatorOptions& options)
    : options_(options), mesh_(std::make_shared<Mesh>(options.rank, options.size)) {
  mesh_->listen(options.address, options.connectTimeout);
}

Communicator::~Communicator() {
  abort("it was freed");
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Communicator::connect(const std::vector<char>& all) {
  try {
    mesh_->connect(all, options_.collectiveTimeout);
  } catch (const std::invalid_argument&) {
    throw;
  } catch (const std::exception& error) {
    abort(withoutSourcePlace(error.what()));
  }
  std::lock_guard<std::mutex> lock(mutex_);
  if (!failure_.empty()) throw Unavailable(failure_);
  if (thread_.joinable()) throw std::invalid_argument("the communicator is connected already");
  thread_ = std::thread(&Communicator::run, this);
}

void Communicator::post(Work work, Finished finished, int64_t numBytes) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!failure_.empty()) throw Unavailable(failure_);
    if (!thread_.joinable()) throw std::invalid_argument("the communicator is not connected");
    queue_.push_back({std::move(work), std::move(finished), numBytes});
  }
  wake_.notify_one();
}

void Communicator::abort(const std::string& reason) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!failure_.empty()) return;
    failure_ = describe(reason);
  }
  mesh_->abort(reason);
}

char* Communicator::scratch(size_t sizeBytes) {
  if (scratch_.size() < sizeBytes) scratch_.resize(sizeBytes);
  return scratch_.data();
}

void Communicator::run() {
  for (;;) {
    Entry entry;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      entry = std::move(queue_.front());
      queue_.pop_front();
    }
    execute(entry);
  }
}

void Communicator::execute(Entry& entry) {
  if (failure().empty()) {
    const auto start = std::chrono::steady_clock::now();
    try {
      entry.work(*this);
    } catch (const std::exception& error) {
      // Closing every connection wakes the peers that wait for this rank, and not for the one that was lost.
      abort(withoutSourcePlace(error.what()));
    }
    const auto elapsed = std::chrono::steady_clock::now() - start;
    stats_.numCollectives++;
    stats_.numBytes += entry.numBytes;
    stats_.nanoseconds += std::chrono::duration_cast<std::chrono::nanoseconds>(elapsed).count();
  }
  const std::string reason = failure();
  entry.finished(reason.empty() ? nullptr : &reason);
}

std::string Communicator::failure() {
  std::lock_guard<std::mutex> lock(mutex_);
  return failure_;
}

std::string Communicator::describe(const std::string& reason) const {
  return "the collective communication of rank " + std::to_string(options_.rank) + " of " +
         std::to_string(options_.size) + " ended: " + reason;
}

}  // namespace tfd
