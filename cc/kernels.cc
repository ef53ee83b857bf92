// The CPU kernels. Each prepares its outputs on the executor's thread, leaves the exchange to the communicator's
// thread, and returns; so a collective that waits for its peers holds no thread of TensorFlow's.
#include <cstring>
#include <memory>
#include <numeric>

#include "attributes.h"
#include "call.h"
#include "local_all_reduce.h"
#include "ops.h"
#include "registry.h"

namespace tfd {
namespace {

// Checks a condition on what the graph gave to the op.
void require(bool condition, const std::string& rule) {
  if (!condition) throw std::invalid_argument(rule);
}

int64_t elements(const TF_Tensor* tensor) { return TF_TensorElementCount(tensor); }

int64_t bytes(const std::vector<Call::Forwarded>& tensors) {
  return std::accumulate(tensors.begin(), tensors.end(), int64_t{0}, [](int64_t sum, const Call::Forwarded& tensor) {
    return sum + static_cast<int64_t>(TF_TensorByteSize(tensor.output));
  });
}

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

// What a kernel hands to the communicator: how many bytes it exchanges, and the exchange itself.
struct Plan {
  int64_t numBytes;
  Communicator::Work work;
};

// Several tensors go through one buffer, as one message.
void allReduceOverNetwork(Communicator& communicator, const Exchange& exchange, const std::vector<Operand>& operands,
                          size_t numBytes) {
  const auto& mesh = communicator.mesh();
  if (operands.size() == 1) {
    const auto& [in, out, count] = operands[0];
    allReduce(mesh, exchange, in, out, count);
    finishMean(mesh, exchange, out, out, count);
    return;
  }
  const auto size = elementSize(exchange.type);
  char* const bucket = communicator.scratch(numBytes);
  char* end = bucket;
  for (const auto& operand : operands) {
    std::memcpy(end, operand.in, operand.count * size);
    end += operand.count * size;
  }
  allReduce(mesh, exchange, bucket, bucket, numBytes / size);
  const char* next = bucket;
  for (const auto& operand : operands) {
    finishMean(mesh, exchange, next, operand.out, operand.count);
    next += operand.count * size;
  }
}

Plan planAllReduce(const Attributes& attributes, Call& call, const Communicator&, int numTensors) {
  const auto tensors = forwardAll(call, numTensors);
  std::vector<Operand> operands;
  for (const auto& [source, output] : tensors) {
    operands.push_back({TF_TensorData(source), TF_TensorData(output), static_cast<size_t>(elements(output))});
  }
  const auto numBytes = bytes(tensors);
  return {numBytes, [exchange = attributes.exchange, operands, numBytes](Communicator& communicator) {
            if (auto* const group = communicator.localGroup()) {
              allReduce(*group, exchange, operands, communicator.mesh()->getTimeout());
            } else {
              allReduceOverNetwork(communicator, exchange, operands, numBytes);
            }
          }};
}

Plan planBroadcast(const Attributes& attributes, Call& call, const Communicator& communicator, int numTensors) {
  const int root = attributes.root;
  require(root >= 0 && root < communicator.mesh()->size,
          "root must be a rank of the communicator, from 0 to " + std::to_string(communicator.mesh()->size - 1) +
              "; received " + std::to_string(root));
  const auto tensors = forwardAll(call, numTensors);
  return {bytes(tensors), [exchange = attributes.exchange, tensors, root](Communicator& communicator) {
            const auto& mesh = communicator.mesh();
            if (mesh->rank == root) copyInputs(tensors);
            for (const auto& tensor : tensors) {
              broadcast(mesh, exchange, TF_TensorData(tensor.output), elements(tensor.output), root);
            }
          }};
}

Plan planAllGather(const Attributes& attributes, Call& call, const Communicator& communicator, int) {
  const int size = communicator.mesh()->size;
  const TF_Tensor* in = call.input(0);
  require(TF_NumDims(in) >= 1, "TfdAllGather needs a tensor with a first dimension; received a scalar");
  auto dims = dimensions(in);
  dims[0] *= size;
  TF_Tensor* out = call.allocate(0, attributes.exchange.type, dims, TF_TensorByteSize(in) * size);
  return {static_cast<int64_t>(TF_TensorByteSize(out)),
          [exchange = attributes.exchange, in, out](Communicator& communicator) {
            allGather(communicator.mesh(), exchange, TF_TensorData(in), TF_TensorData(out), elements(in));
          }};
}

Plan planReduceScatter(const Attributes& attributes, Call& call, const Communicator& communicator, int) {
  const int size = communicator.mesh()->size;
  const TF_Tensor* in = call.input(0);
  auto dims = dimensions(in);
  require(!dims.empty() && dims[0] % size == 0,
          "TfdReduceScatter needs a first dimension that " + std::to_string(size) + " ranks divide evenly; received " +
              (dims.empty() ? "a scalar" : std::to_string(dims[0])));
  dims[0] /= size;
  TF_Tensor* out = call.allocate(0, attributes.exchange.type, dims, TF_TensorByteSize(in) / size);
  return {static_cast<int64_t>(TF_TensorByteSize(in)),
          [exchange = attributes.exchange, in, out](Communicator& communicator) {
            reduceScatter(communicator.mesh(), exchange, TF_TensorData(in), TF_TensorData(out), elements(out));
          }};
}

Plan planBarrier(const Attributes& attributes, Call&, const Communicator&, int) {
  return {0, [exchange = attributes.exchange](Communicator& communicator) { barrier(communicator.mesh(), exchange); }};
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
    const auto finished = [call](const std::string* failure) {
      if (failure == nullptr) {
        call->succeed();
      } else {
        call->fail(kPeerLost, *failure);
      }
    };
    communicator->post(std::move(planned.work), finished, planned.numBytes);
  } catch (const Unavailable& error) {
    call->fail(kPeerLost, error.what());
  } catch (const std::invalid_argument& error) {
    call->fail(TF_INVALID_ARGUMENT, error.what());
  } catch (const std::exception& error) {
    call->fail(TF_INTERNAL, error.what());
  }
}

template <bool type, bool reduction, bool root>
void* create(TF_OpKernelConstruction* construction) {
  try {
    return new Attributes(readAttributes(construction, {type, reduction, root}));
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
  registerKernel("TfdAllReduce", create<true, true, false>, compute<planAllReduce>);
  registerKernel("TfdBroadcast", create<true, false, true>, compute<planBroadcast>);
  registerKernel("TfdAllGather", create<true, false, false>, compute<planAllGather>);
  registerKernel("TfdReduceScatter", create<true, true, false>, compute<planReduceScatter>);
  registerKernel("TfdBarrier", create<false, false, false>, compute<planBarrier>);
}

}  // namespace tfd
