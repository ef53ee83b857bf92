// The CPU kernels. Each prepares its outputs on the executor's thread, leaves the exchange to the communicator's
// thread, and returns; so a collective that waits for its peers holds no thread of TensorFlow's.
#include <cstring>
#include <functional>
#include <memory>
#include <numeric>

#include "attributes.h"
#include "call.h"
#include "local_all_reduce.h"
#include "local_collectives.h"
#include "ops.h"
#include "registry.h"

namespace tfd {
namespace {

// Checks a condition on what the graph gave to the op.
void require(bool condition, const std::string& rule) {
  if (!condition) throw std::invalid_argument(rule);
}

size_t elements(const TF_Tensor* tensor) { return static_cast<size_t>(TF_TensorElementCount(tensor)); }

std::vector<Call::Forwarded> forwardAll(Call& call, int numTensors) {
  std::vector<Call::Forwarded> tensors;
  for (int i = 0; i < numTensors; i++) tensors.push_back(call.forward(i));
  return tensors;
}

void copyInputs(const std::vector<Call::Forwarded>& tensors) {
  for (const auto& [source, output] : tensors) {
    if (source != output) std::memcpy(TF_TensorData(output), TF_TensorData(source), TF_TensorByteSize(output));
  }
}

// What a kernel hands to the communicator: the exchange, and how it is done.
struct Plan {
  Exchange exchange;
  Communicator::Work work;
};

// The collectives over a mesh, with the methods of LocalCollectives.
struct MeshCollectives {
  const std::shared_ptr<Mesh>& mesh;
  const Exchange& exchange;

  void broadcast(const std::vector<Operand>& operands) { tfd::broadcast(mesh, exchange, operands); }
  void allGather(const void* in, void* out, const std::vector<size_t>& counts) {
    tfd::allGather(mesh, exchange, in, out, counts);
  }
  void reduceScatter(const void* in, void* out, size_t count) { tfd::reduceScatter(mesh, exchange, in, out, count); }
  void allToAll(const void* in, void* out, size_t count) { tfd::allToAll(mesh, exchange, in, out, count); }
  void barrier() { tfd::barrier(mesh, exchange); }
};

// Runs `body` with the collectives of the best transport that the communicator has.
template <typename Body>
void onTransport(Communicator& communicator, const Exchange& exchange, Body body) {
  if (auto* const group = communicator.localGroup()) {
    LocalCollectives local(*group, exchange, communicator.mesh()->getTimeout());
    body(local);
  } else {
    MeshCollectives overMesh{communicator.mesh(), exchange};
    body(overMesh);
  }
}

// Several tensors go through one buffer, as one message.
void allReduceOverNetwork(Communicator& communicator, const Exchange& exchange, const std::vector<Operand>& operands) {
  const auto& mesh = communicator.mesh();
  if (operands.size() == 1) {
    const auto& [in, out, count] = operands[0];
    allReduce(mesh, exchange, in, out, count);
    finishMean(mesh, exchange, out, out, count);
    return;
  }
  const auto size = elementSizeOf(exchange);
  char* const bucket = communicator.scratch(exchange.numBytes);
  char* end = bucket;
  for (const auto& operand : operands) {
    if (operand.count > 0) std::memcpy(end, operand.in, operand.count * size);
    end += operand.count * size;
  }
  allReduce(mesh, exchange, bucket, bucket, exchange.numBytes / size);
  const char* next = bucket;
  for (const auto& operand : operands) {
    finishMean(mesh, exchange, next, operand.out, operand.count);
    next += operand.count * size;
  }
}

std::vector<Operand> operandsOf(const std::vector<Call::Forwarded>& tensors, Exchange& exchange) {
  std::vector<Operand> operands;
  for (const auto& [source, output] : tensors) {
    operands.push_back({TF_TensorData(source), TF_TensorData(output), elements(output)});
    exchange.add(dimensions(output));
  }
  return operands;
}

Plan planAllReduce(const Attributes& attributes, Call& call, const Communicator&, int numTensors) {
  Exchange exchange = attributes.exchange;
  const auto operands = operandsOf(forwardAll(call, numTensors), exchange);
  return {exchange, [exchange, operands](Communicator& communicator) {
            if (auto* const group = communicator.localGroup()) {
              allReduce(*group, exchange, operands, communicator.mesh()->getTimeout());
            } else {
              allReduceOverNetwork(communicator, exchange, operands);
            }
          }};
}

Plan planBroadcast(const Attributes& attributes, Call& call, const Communicator& communicator, int numTensors) {
  Exchange exchange = attributes.exchange;
  const auto& mesh = communicator.mesh();
  require(exchange.root >= 0 && exchange.root < mesh->size,
          "root must be a rank of the communicator, from 0 to " + std::to_string(mesh->size - 1) + "; received " +
              std::to_string(exchange.root));
  const auto tensors = forwardAll(call, numTensors);
  const auto operands = operandsOf(tensors, exchange);
  return {exchange, [exchange, tensors, operands](Communicator& communicator) {
            if (communicator.mesh()->rank == exchange.root) copyInputs(tensors);
            onTransport(communicator, exchange, [&](auto& transport) { transport.broadcast(operands); });
          }};
}

Plan planAllGather(const Attributes& attributes, Call& call, const Communicator& communicator, int) {
  const auto& mesh = communicator.mesh();
  const TF_Tensor* in = call.input(0);
  auto dims = dimensions(in);
  require(!dims.empty(), "TfdAllGather needs a tensor with a first dimension; received a scalar");
  const auto sizes = attributes.sizes.empty() ? std::vector<int64_t>(mesh->size, dims[0]) : attributes.sizes;
  require(static_cast<int>(sizes.size()) == mesh->size && sizes[mesh->rank] == dims[0],
          "TfdAllGather needs in `sizes` the first dimension of each rank's tensor");
  const int64_t rest = std::accumulate(dims.begin() + 1, dims.end(), int64_t{1}, std::multiplies<int64_t>());
  std::vector<size_t> counts;
  for (const int64_t size : sizes) counts.push_back(size * rest);
  // All ranks announce the same: what comes out, and, where the ranks differ, how it is divided.
  Exchange exchange = attributes.exchange;
  dims[0] = std::accumulate(sizes.begin(), sizes.end(), int64_t{0});
  exchange.add(dims);
  if (!attributes.sizes.empty()) exchange.note(sizes);
  TF_Tensor* out = call.allocate(0, TF_TensorType(in), dims, exchange.numBytes);
  return {exchange, [exchange, in, out, counts](Communicator& communicator) {
            onTransport(communicator, exchange, [&](auto& transport) {
              transport.allGather(TF_TensorData(in), TF_TensorData(out), counts);
            });
          }};
}

// The first dimension must have a part for every rank.
void requireParts(const char* op, const std::vector<int64_t>& dims, int size) {
  require(!dims.empty() && dims[0] % size == 0,
          std::string(op) + " needs a first dimension that " + std::to_string(size) + " ranks divide evenly; received " +
              (dims.empty() ? "a scalar" : std::to_string(dims[0])));
}

Plan planReduceScatter(const Attributes& attributes, Call& call, const Communicator& communicator, int) {
  const int size = communicator.mesh()->size;
  const TF_Tensor* in = call.input(0);
  auto dims = dimensions(in);
  requireParts("TfdReduceScatter", dims, size);
  Exchange exchange = attributes.exchange;
  exchange.add(dims);
  dims[0] /= size;
  TF_Tensor* out = call.allocate(0, TF_TensorType(in), dims, TF_TensorByteSize(in) / size);
  return {exchange, [exchange, in, out](Communicator& communicator) {
            onTransport(communicator, exchange, [&](auto& transport) {
              transport.reduceScatter(TF_TensorData(in), TF_TensorData(out), elements(out));
            });
          }};
}

Plan planAllToAll(const Attributes& attributes, Call& call, const Communicator& communicator, int) {
  const int size = communicator.mesh()->size;
  const TF_Tensor* in = call.input(0);
  const auto dims = dimensions(in);
  requireParts("TfdAllToAll", dims, size);
  Exchange exchange = attributes.exchange;
  exchange.add(dims);
  TF_Tensor* out = call.allocate(0, TF_TensorType(in), dims, TF_TensorByteSize(in));
  return {exchange, [exchange, in, out, size](Communicator& communicator) {
            onTransport(communicator, exchange, [&](auto& transport) {
              transport.allToAll(TF_TensorData(in), TF_TensorData(out), elements(in) / size);
            });
          }};
}

Plan planBarrier(const Attributes& attributes, Call&, const Communicator&, int) {
  return {attributes.exchange, [exchange = attributes.exchange](Communicator& communicator) {
            onTransport(communicator, exchange, [](auto& transport) { transport.barrier(); });
          }};
}

// TensorFlow's executor turns UNAVAILABLE of an op that it does not know as a communication op into INTERNAL.
constexpr TF_Code kPeerLost = TF_ABORTED;

using Planner = Plan (*)(const Attributes&, Call&, const Communicator&, int numTensors);

// The communicator is the last input.
std::shared_ptr<Communicator> communicatorOf(Call& call, int lastInput) {
  const TF_Tensor* id = call.input(lastInput);
  require(TF_TensorType(id) == TF_INT64 && TF_TensorElementCount(id) == 1,
          "the communicator must be one int64 number");
  return findCommunicator(*static_cast<const int64_t*>(TF_TensorData(id)));
}

template <Planner plan>
void compute(void* kernel, TF_OpKernelContext* context, TF_AsyncOpKernelDoneCallback* done) {
  const auto call = std::make_shared<Call>(context, done);
  try {
    const int numTensors = TF_NumInputs(context) - 1;
    const auto communicator = communicatorOf(*call, numTensors);
    auto planned = plan(*static_cast<const Attributes*>(kernel), *call, *communicator, numTensors);
    const auto finished = [call](const std::exception* failure) {
      if (failure == nullptr) return call->succeed();
      call->fail(dynamic_cast<const Disagreement*>(failure) == nullptr ? kPeerLost : TF_INVALID_ARGUMENT, failure->what());
    };
    communicator->post(std::move(planned.work), finished, static_cast<int64_t>(planned.exchange.numBytes));
  } catch (const Unavailable& error) {
    call->fail(kPeerLost, error.what());
  } catch (const std::invalid_argument& error) {
    call->fail(TF_INVALID_ARGUMENT, error.what());
  } catch (const std::exception& error) {
    call->fail(TF_INTERNAL, error.what());
  }
}

template <Kind kind, bool type = false, bool reduction = false, bool root = false, bool sizes = false>
void* create(TF_OpKernelConstruction* construction) {
  try {
    return new Attributes(readAttributes(construction, kind, {type, reduction, root, sizes}));
  } catch (const std::exception& error) {
    Status status;
    TF_SetStatus(status.get(), TF_INVALID_ARGUMENT, error.what());
    TF_OpKernelConstruction_Failure(construction, status.get());
    return nullptr;
  }
}

void destroy(void* kernel) { delete static_cast<Attributes*>(kernel); }

void registerKernel(const char* op, void* (*create)(TF_OpKernelConstruction*),
                    void (*compute)(void*, TF_OpKernelContext*, TF_AsyncOpKernelDoneCallback*)) {
  Status status;
  TF_RegisterKernelBuilder(op, TF_NewAsyncKernelBuilder(op, "CPU", create, compute, destroy), status.get());
  status.check();
}

}  // namespace

void registerKernels() {
  registerKernel("TfdAllReduce", create<Kind::kAllReduce, true, true>, compute<planAllReduce>);
  registerKernel("TfdBroadcast", create<Kind::kBroadcast, true, false, true>, compute<planBroadcast>);
  registerKernel("TfdAllGather", create<Kind::kAllGather, true, false, false, true>, compute<planAllGather>);
  registerKernel("TfdReduceScatter", create<Kind::kReduceScatter, true, true>, compute<planReduceScatter>);
  registerKernel("TfdAllToAll", create<Kind::kAllToAll, true>, compute<planAllToAll>);
  registerKernel("TfdBarrier", create<Kind::kBarrier>, compute<planBarrier>);
}

}  // namespace tfd
