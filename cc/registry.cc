#include "registry.h"

#include <map>
#include <mutex>
#include <stdexcept>
#include <string>

namespace tfd {
namespace {

std::mutex mutex;
int64_t lastId = 0;

// Never destroyed: a collective may still run while the process leaves.
std::map<int64_t, std::shared_ptr<Communicator>>& communicators() {
  static auto* all = new std::map<int64_t, std::shared_ptr<Communicator>>();
  return *all;
}

auto find(int64_t id) {
  const auto found = communicators().find(id);
  if (found == communicators().end()) {
    throw std::invalid_argument("no communicator has the number " + std::to_string(id) +
                                "; it was freed, or never created in this process");
  }
  return found;
}

}  // namespace

int64_t keepCommunicator(std::shared_ptr<Communicator> communicator) {
  std::lock_guard<std::mutex> lock(mutex);
  communicators()[++lastId] = std::move(communicator);
  return lastId;
}

std::shared_ptr<Communicator> findCommunicator(int64_t id) {
  std::lock_guard<std::mutex> lock(mutex);
  return find(id)->second;
}

std::shared_ptr<Communicator> releaseCommunicator(int64_t id) {
  std::lock_guard<std::mutex> lock(mutex);
  const auto found = find(id);
  auto communicator = found->second;
  communicators().erase(found);
  return communicator;
}

}  // namespace tfd
