#include "mesh.h"

#include <gloo/transport/tcp/context.h>
#include <gloo/transport/tcp/device.h>
#include <gloo/transport/tcp/pair.h>

#include <algorithm>

namespace tfd {
namespace {

// Gloo waits five times the pair's time-out for a connection.
constexpr int kGlooConnectFactor = 5;

// Gloo closes all pairs of a context, and wakes what waits on them, when one operation times out. The function that
// does it is protected; a member pointer named through a derived class reaches it.
struct TcpContext : gloo::transport::tcp::Context {
  static void signal(gloo::transport::Context& context, const std::string& reason) {
    (static_cast<gloo::transport::tcp::Context&>(context).*(&TcpContext::signalException))(reason);
  }
};

// Likewise for what a pair knows of its failure.
struct TcpPair : gloo::transport::tcp::Pair {
  static void check(gloo::transport::Pair& pair) {
    auto& tcpPair = static_cast<gloo::transport::tcp::Pair&>(pair);
    std::lock_guard<std::mutex> lock(tcpPair.*(&TcpPair::m_));
    (tcpPair.*(&TcpPair::throwIfException))();
  }
};

}  // namespace

Mesh::~Mesh() {
  if (transportContext_ != nullptr) abort("the communicator was freed");
}

void Mesh::listen(const std::string& address, std::chrono::milliseconds connectTimeout) {
  gloo::transport::tcp::attr attributes;
  attributes.hostname = address;
  device_ = gloo::transport::tcp::CreateDevice(attributes);
  transportContext_ = device_->createContext(rank, size);
  transportContext_->setTimeout(std::max(connectTimeout / kGlooConnectFactor, std::chrono::milliseconds(1)));
  for (int peer = 0; peer < size; peer++) {
    if (peer == rank) continue;
    const auto& pair = transportContext_->createPair(peer);
    pair->setLocalRank(0);
    const auto bytes = pair->address().bytes();
    addresses_.resize(size * bytes.size());
    std::copy(bytes.begin(), bytes.end(), addresses_.begin() + peer * bytes.size());
  }
}

void Mesh::connect(const std::vector<char>& all, std::chrono::milliseconds collectiveTimeout) {
  const size_t entry = addresses_.size() / size;
  for (int peer = 0; peer < size; peer++) {
    if (peer == rank) continue;
    const auto forMe = all.begin() + peer * addresses_.size() + rank * entry;
    transportContext_->getPair(peer)->connect(std::vector<char>(forMe, forMe + entry));
  }
  setTimeout(collectiveTimeout);
  transportContext_->setTimeout(collectiveTimeout);
}

void Mesh::check() {
  for (int peer = 0; peer < size; peer++) {
    if (peer != rank) TcpPair::check(*transportContext_->getPair(peer));
  }
}

void Mesh::abort(const std::string& reason) { TcpContext::signal(*transportContext_, reason); }

}  // namespace tfd
