// The TCP connections between the ranks of one communicator: a Gloo context that can be aborted at every stage.
#pragma once

#include <gloo/context.h>

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

namespace tfd {

// Gloo's own `rendezvous::Context` fetches the addresses of the others itself, from a store that blocks, and cannot
// be interrupted while it connects. Here the two halves are apart: `listen` gives what the others must know, and
// `connect` takes what they gave; whoever owns the mesh carries the bytes between the processes.
class Mesh final : public gloo::Context {
 public:
  Mesh(int rank, int size) : gloo::Context(rank, size) {}
  ~Mesh() override;

  // Opens one listening socket for each other rank on a free port of `address` (a name or number of this machine).
  void listen(const std::string& address, std::chrono::milliseconds connectTimeout);

  // What `connect` of the others needs: `size` entries of equal length, entry r for rank r (its own is zero).
  const std::vector<char>& addresses() const { return addresses_; }

  // Connects to every other rank. `all` holds `addresses()` of all ranks, in the order of the ranks.
  void connect(const std::vector<char>& all, std::chrono::milliseconds collectiveTimeout);

  // Throws if a connection has failed, or the mesh was aborted.
  void check();

  // A number for the next message that opens a collective: the same on all ranks that ran as many.
  uint32_t nextOpening() { return numOpenings_++; }

  // Ends whatever waits on a connection, here within milliseconds and at the peers when their sockets close, and
  // makes every later use fail with `reason`. May be called from any thread.
  void abort(const std::string& reason);

 private:
  std::vector<char> addresses_;
  uint32_t numOpenings_ = 0;
};

}  // namespace tfd
