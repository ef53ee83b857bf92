"""Weights and data as `cases/networks/hashed.ts` makes them."""

import numpy as np

LEARNING_RATE, NUM_BATCHES, WARM_UP_STEPS = 0.01, 8, 20


def hashed(seed, *shape):
    index = np.arange(1, np.prod(shape) + 1, dtype=np.uint32)
    mixed_seed = np.uint32((seed + 1) * 0x85EBCA77 % 2**32)
    value = index * np.uint32(0x9E3779B1) ^ mixed_seed
    value = (value ^ (value >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    value = (value ^ (value >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return ((value ^ (value >> np.uint32(16))) / 2**32).astype(np.float32).reshape(shape)


def hashed_kernel(index, *shape):
    limit = np.sqrt(3 / np.prod(shape[:-1]))
    return (hashed(index, *shape) * (2 * limit) - limit).astype(np.float32)


def hashed_classes(index, batch_size):
    return (np.arange(batch_size) * 7 + index) % 10


def hashed_text(index, batch_size, length, vocabulary):
    return (hashed(100 + index, batch_size, length) * vocabulary).astype(np.int32)
