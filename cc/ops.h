// The graph ops of this library, as TensorFlow's registry knows them.
#pragma once

namespace tfd {

// Registers the definitions and shape functions of all ops. Throws std::runtime_error with TensorFlow's message.
void registerOps();

// Registers the CPU kernels of all ops.
void registerKernels();

}  // namespace tfd
