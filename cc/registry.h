// The communicators of this process, by number: what JavaScript and the graphs hold instead of pointers.
#pragma once

#include <cstdint>
#include <memory>

#include "communicator.h"

namespace tfd {

// Keeps a communicator and returns its number; numbers start at 1 and are never used twice.
int64_t keepCommunicator(std::shared_ptr<Communicator> communicator);

// Throws std::invalid_argument where no communicator has this number.
std::shared_ptr<Communicator> findCommunicator(int64_t id);

// Forgets the number. The communicator ends when the last collective that uses it has ended.
std::shared_ptr<Communicator> releaseCommunicator(int64_t id);

}  // namespace tfd
