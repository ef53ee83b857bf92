#include "communicator.h"

#include <chrono>
#include <cstring>

#include "collectives.h"

namespace tfd {
namespace {

// Gloo begins its messages with the place in its source: "[/path/pair.cc:598] Connection closed by peer ...".
std::string withoutSourcePlace(const std::string& message) {
  const auto end = message.find("] ");
  return message.compare(0, 2, "[/") == 0 && end != std::string::npos ? message.substr(end + 2) : message;
}

// The memory of this rank for a group of the machine; null where it has none to share. No failure of the
// communicator: it does without.
std::unique_ptr<LocalGroup> createLocalGroup(const std::shared_ptr<Mesh>& mesh) {
  if (mesh->size == 1) return nullptr;
  try {
    return std::make_unique<LocalGroup>(mesh->rank, mesh->size, [mesh] { mesh->check(); });
  } catch (const std::exception&) {
    return nullptr;
  }
}

bool joins(LocalGroup* group, const std::vector<SegmentCard>& cards) {
  try {
    if (group != nullptr) group->join(cards);
    return group != nullptr;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

Communicator::Communicator(const CommunicatorOptions& options)
    : options_(options), mesh_(std::make_shared<Mesh>(options.rank, options.size)) {
  mesh_->listen(options.address, options.connectTimeout);
  localGroup_ = createLocalGroup(mesh_);
  composeAddresses();
}

void Communicator::composeAddresses() {
  const SegmentCard card = localGroup_ == nullptr ? SegmentCard{} : localGroup_->card();
  const auto* bytes = reinterpret_cast<const char*>(&card);
  addresses_ = mesh_->addresses();
  addresses_.insert(addresses_.end(), bytes, bytes + sizeof card);
}

void Communicator::withholdMemory() {
  localGroup_.reset();
  composeAddresses();
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
  if (all.size() != addresses_.size() * options_.size) {
    throw std::invalid_argument("connect needs the addresses of all " + std::to_string(options_.size) + " ranks, " +
                                std::to_string(addresses_.size() * options_.size) + " bytes; received " +
                                std::to_string(all.size()));
  }
  try {
    connectMesh(all);
    joinLocalGroup(all);
  } catch (const std::exception& error) {
    abort(withoutSourcePlace(error.what()));
  }
  std::lock_guard<std::mutex> lock(mutex_);
  if (!failure_.empty()) throw Unavailable(failure_);
  if (thread_.joinable()) throw std::invalid_argument("the communicator is connected already");
  thread_ = std::thread(&Communicator::run, this);
}

void Communicator::connectMesh(const std::vector<char>& all) {
  std::vector<char> ofMeshes;
  for (auto rank = all.begin(); rank != all.end(); rank += addresses_.size()) {
    ofMeshes.insert(ofMeshes.end(), rank, rank + mesh_->addresses().size());
  }
  mesh_->connect(ofMeshes, options_.collectiveTimeout);
}

// Shared memory is used where every rank can read that of every other one.
void Communicator::joinLocalGroup(const std::vector<char>& all) {
  if (options_.size == 1) return;
  std::vector<SegmentCard> cards(options_.size);
  for (int rank = 0; rank < options_.size; rank++) {
    const auto* const end = all.data() + (rank + 1) * addresses_.size();
    std::memcpy(&cards[rank], end - sizeof(SegmentCard), sizeof(SegmentCard));
  }
  int32_t canJoin = joins(localGroup_.get(), cards) ? 1 : 0;
  Exchange exchange{Kind::kAllReduce, TF_INT32, Reduction::kMin};
  exchange.add({1});
  allReduce(mesh_, exchange, &canJoin, &canJoin, 1);
  if (canJoin == 0) {
    localGroup_.reset();
  } else {
    localGroup_->withdraw();
  }
  stats_.sharesMemory = canJoin;
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
  std::unique_ptr<Disagreement> disagreement;
  if (failure().empty()) {
    const auto start = std::chrono::steady_clock::now();
    try {
      entry.work(*this);
    } catch (const Disagreement& error) {
      disagreement = std::make_unique<Disagreement>(error);
      abort(error.what());
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
  if (disagreement != nullptr) return entry.finished(disagreement.get());
  if (reason.empty()) return entry.finished(nullptr);
  const Unavailable unavailable(reason);
  entry.finished(&unavailable);
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
