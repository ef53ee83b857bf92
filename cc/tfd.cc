#include "tfd.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "ops.h"
#include "registry.h"

namespace {

char* copy(const std::string& message) { return strdup(message.c_str()); }

// Runs `body` and turns what it throws into a message: no exception may leave a C function.
template <typename Body>
char* guarded(Body body) noexcept {
  try {
    body();
    return nullptr;
  } catch (const tfd::Unavailable& error) {
    return copy(std::string("unavailable: ") + error.what());
  } catch (const std::invalid_argument& error) {
    return copy(std::string("argument: ") + error.what());
  } catch (const std::exception& error) {
    return copy(std::string("internal: ") + error.what());
  } catch (...) {
    return strdup("internal: an unknown exception");
  }
}

void require(bool condition, const char* rule) {
  if (!condition) throw std::invalid_argument(rule);
}

}  // namespace

int32_t tfd_abi_version(void) { return TFD_ABI_VERSION; }

tfd_message tfd_register_ops(void) {
  return guarded([] {
    static const std::string failure = [] {
      try {
        tfd::registerOps();
        tfd::registerKernels();
        return std::string();
      } catch (const std::exception& error) {
        return std::string(error.what());
      }
    }();
    if (!failure.empty()) throw std::runtime_error(failure);
  });
}

tfd_message tfd_communicator_create(int32_t rank, int32_t size, const char* address, int64_t connect_timeout_ms,
                                    int64_t collective_timeout_ms, int64_t* id) {
  return guarded([&] {
    require(size >= 1, "size must be at least 1");
    require(rank >= 0 && rank < size, "rank must be from 0 to size - 1");
    require(address != nullptr && *address != '\0', "address must name an address of this machine");
    require(connect_timeout_ms >= 1 && collective_timeout_ms >= 1, "time-outs must be at least 1 ms");
    *id = tfd::keepCommunicator(std::make_shared<tfd::Communicator>(
        tfd::CommunicatorOptions{rank, size, address, std::chrono::milliseconds(connect_timeout_ms),
                                 std::chrono::milliseconds(collective_timeout_ms)}));
  });
}

tfd_message tfd_communicator_withhold_memory(int64_t id) {
  return guarded([&] { tfd::findCommunicator(id)->withholdMemory(); });
}

tfd_message tfd_communicator_addresses(int64_t id, uint8_t* buffer, int64_t capacity, int64_t* length) {
  return guarded([&] {
    const auto communicator = tfd::findCommunicator(id);
    const auto& addresses = communicator->addresses();
    *length = static_cast<int64_t>(addresses.size());
    if (*length > 0) std::memcpy(buffer, addresses.data(), std::min(capacity, *length));
  });
}

tfd_message tfd_communicator_connect(int64_t id, const uint8_t* addresses, int64_t length) {
  return guarded([&] {
    const auto* bytes = reinterpret_cast<const char*>(addresses);
    tfd::findCommunicator(id)->connect(std::vector<char>(bytes, bytes + length));
  });
}

tfd_message tfd_communicator_abort(int64_t id, const char* reason) {
  return guarded([&] { tfd::findCommunicator(id)->abort(reason); });
}

tfd_message tfd_communicator_free(int64_t id) {
  return guarded([&] { tfd::releaseCommunicator(id)->abort("it was freed"); });
}

tfd_message tfd_communicator_stats(int64_t id, int64_t* stats) {
  return guarded([&] {
    const auto communicator = tfd::findCommunicator(id);
    stats[0] = communicator->stats().numCollectives;
    stats[1] = communicator->stats().numBytes;
    stats[2] = communicator->stats().nanoseconds;
    stats[3] = communicator->stats().sharesMemory;
  });
}
