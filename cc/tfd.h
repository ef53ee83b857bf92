// The C functions of this library. JavaScript declares them in src/native/bindings/collectives.ts.
//
// All functions may be called from any thread.
#pragma once

#include <stdint.h>

#define TFD_API extern "C" __attribute__((visibility("default")))

// What every function that can fail returns: NULL on success, else a message allocated with malloc, which the caller
// frees. It begins with one word for the kind of failure and a colon: "argument: " for what the caller gave,
// "unavailable: " for a peer or communicator that is lost, "internal: " for the rest.
typedef char* tfd_message;

// Changes with every incompatible change below.
#define TFD_ABI_VERSION 2
TFD_API int32_t tfd_abi_version(void);

// Registers the ops TfdAllReduce, TfdBroadcast, TfdAllGather, TfdReduceScatter, TfdAllToAll and TfdBarrier, and their
// CPU kernels, with the TensorFlow that this process has loaded. The first call does it; later calls return what the first one did.
TFD_API tfd_message tfd_register_ops(void);

// Makes a communicator of `size` ranks that listens on `address`, a name or number of this machine ("127.0.0.1").
// `connect_timeout_ms` limits the wait for one peer in tfd_communicator_connect, `collective_timeout_ms` the wait for
// one message inside a collective.
TFD_API tfd_message tfd_communicator_create(int32_t rank, int32_t size, const char* address, int64_t connect_timeout_ms,
                                            int64_t collective_timeout_ms, int64_t* id);

// Lets this rank share no memory, and so none of the ranks: all goes through their connections. To be called before
// tfd_communicator_addresses.
TFD_API tfd_message tfd_communicator_withhold_memory(int64_t id);

// What the others need to connect to this rank. Writes up to `capacity` bytes, and the whole length to `length`; all
// ranks of a communicator have the same length.
TFD_API tfd_message tfd_communicator_addresses(int64_t id, uint8_t* buffer, int64_t capacity, int64_t* length);

// Connects to all other ranks; blocks until that is done. `addresses` holds what tfd_communicator_addresses gave on
// every rank, in the order of the ranks. A communicator that could not connect stays useless: free it.
//
// Where every rank can map memory of every other one, because they are on one machine, collectives go through it. The
// environment variable TFJS_DISTRIBUTE_SHARED_MEMORY=off, on any of the ranks, keeps all of them to their connections.
TFD_API tfd_message tfd_communicator_connect(int64_t id, const uint8_t* addresses, int64_t length);

// Ends the collectives that wait and refuses new ones, with `reason`, here at once and soon after at the peers. It also
// ends tfd_communicator_connect.
TFD_API tfd_message tfd_communicator_abort(int64_t id, const char* reason);

// Aborts, then closes the sockets and ends the threads.
TFD_API tfd_message tfd_communicator_free(int64_t id);

// Writes four numbers: collectives that ran, bytes that they reduced or moved, nanoseconds that they took, and 1 where
// they go through shared memory.
TFD_API tfd_message tfd_communicator_stats(int64_t id, int64_t* stats);
